//! What a listing, a coverage, a phone, a layer of curation, a request *is*, and the rules that hold for them.
//!
//! No I/O, no async, no SQL: everything here is a value or a pure function. The serde form of these types is the
//! form in which the store and the index keep them; the shapes of the API live in `maille-web`, the shapes of a
//! source in its folder of `maille-importers`.

mod codes;

pub mod account;
pub mod api_token;
pub mod cadence;
pub mod call;
pub mod category;
pub mod change;
pub mod check;
pub mod clock;
pub mod contact;
pub mod coverage;
pub mod desk;
pub mod feed;
pub mod field;
mod holidays;
pub mod hours;
pub mod identifier;
pub mod identity;
pub mod inbox;
pub mod invisible;
pub mod listing;
pub mod location;
pub mod matching;
pub mod parcours;
pub mod period;
pub mod phone;
pub mod precedence;
pub mod presence;
pub mod reach;
pub mod reason;
pub mod report;
pub mod request;
pub mod resolve;
pub mod right;
pub mod run;
pub mod slug;
pub mod small_counts;
pub mod territory;
pub mod vocabulary;
pub mod working_hours;

pub use account::{Account, AccountId};
pub use cadence::Cadence;
pub use call::Call;
pub use category::Category;
pub use check::{Check, Means};
pub use contact::RestrictedContact;
pub use coverage::{Coverage, CoverageLevel};
pub use desk::Desk;
pub use feed::FeedPosition;
pub use field::Field;
pub use inbox::{LineKey, Matter};
pub use listing::{Fields, Listing, ListingId};
pub use parcours::Parcours;
pub use period::Period;
pub use phone::Phone;
pub use precedence::Precedence;
pub use presence::Presence;
pub use reach::Reach;
pub use report::Report;
pub use request::Request;
pub use right::{Act, Role};
pub use territory::Territory;
