//! Names.
use crate::{area::*, commune::*};
pub(crate) struct Names;
impl Names {
    pub fn index(_: &[Commune], _: &[Departement], _: &[Region], _: &[Epci]) -> Names { Names }
}
