//! The place that a page keeps from a search: `?commune=`.

use crate::extract::{FromQuery, Reader};
use crate::state::WebState;

/// The parameters of a page that only keeps the place asked.
#[derive(Debug)]
pub struct KeptPlace {
    /// A commune, as it was asked.
    pub commune: Option<String>,
}

impl FromQuery for KeptPlace {
    fn from_query(reader: &mut Reader, _state: &WebState) -> KeptPlace {
        KeptPlace { commune: reader.one("commune", |text| Ok(text.to_owned())) }
    }
}
