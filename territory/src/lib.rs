//! France, embedded: communes, EPCI, départements, régions, contours; name to place, point to commune. No I/O.
