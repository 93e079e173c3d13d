//! A file of any bytes, given to every format: nothing that a reader makes of it may be a panic, and every record it hands on
//! has fields that hold.

#![no_main]

use libfuzzer_sys::fuzz_target;
use maille_domain::Fields;
use maille_importers::format::Format;
use maille_importers::parts::{Part, Parts};

fuzz_target!(|bytes: &[u8]| {
    for format in Format::ALL.into_iter().filter(|&format| format != Format::Territories) {
        let parts = Parts::from(Part::bytes("essai", bytes.to_vec()));
        let Ok(source) = format.read(&parts, None, &mut |_| {}) else { continue };
        for record in source {
            let record = record.expect("what was put aside is read back");
            assert!(Fields::from_values(record.values).is_ok(), "{format}");
        }
    }
});
