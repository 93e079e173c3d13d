//! What a listing, a coverage, a phone, a layer, a request is, and the rules. No I/O, no SQL.
