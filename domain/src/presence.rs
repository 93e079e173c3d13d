//! Whether a listing is in the directory, when a person decided so.

use crate::codes::codes;

codes! {
    /// What a person decided of a listing, whatever its sources do.
    Presence {
        Hidden = "masquee", "Masquée";
        Kept = "gardee", "Gardée";
    }
}
