//! Coordination territories: named lists of communes (of a DAC, a CPTS, a psychiatric sector).

use serde::{Deserialize, Serialize};

/// A named list of communes, imported as such.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Territory {
    /// Its code, unique in the directory: `dac-92-sud`.
    pub code: String,
    /// Whose territory it is: `dac`, `cpts`, `secteur-psychiatrie`… A word of the source, folded.
    pub kind: String,
    /// Its name, as people know it.
    pub name: String,
    /// COG codes of its communes, sorted.
    pub communes: Vec<String>,
}
