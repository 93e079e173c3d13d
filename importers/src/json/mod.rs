//! JSON of every shape that registers come in, read as a stream: one item at a time, whatever the size of the file.

mod items;
mod shape;
mod value;

pub(crate) use items::Items;
pub(crate) use shape::{shape, shape_of};
pub(crate) use value::{at, each, is_blank, nested, text, texts};
