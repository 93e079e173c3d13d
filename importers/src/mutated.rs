//! Every format, given its samples with some bytes changed, added or removed, or cut short: nothing of it may be a panic, and
//! what comes out of it holds.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use maille_domain::Fields;
use maille_domain::field::Field;
use proptest::prelude::*;

use crate::format::Format;
use crate::parts::{Part, Parts};
use crate::testing::Taken;

/// The files of a format, by name.
type Samples = Vec<(String, Vec<u8>)>;

/// The samples of every format that reads listings.
static SAMPLES: LazyLock<Vec<(Format, Samples)>> = LazyLock::new(|| {
    let formats = Format::ALL.into_iter().filter(|&format| format != Format::Territories);
    formats.map(|format| (format, samples(format))).collect()
});

fn samples(format: Format) -> Samples {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source.join(format.code().replace('-', "_")).join("samples")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "{format} has samples");
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_mutated_file_never_panics(
        format in any::<prop::sample::Index>(),
        sample in any::<prop::sample::Index>(),
        alone in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..4, any::<u8>()), 1..12),
    ) {
        let (format, samples) = format.get(&SAMPLES);
        let mut files = samples.clone();
        let which = sample.index(files.len());
        let text = &mut files[which].1;
        for (index, change, byte) in changes {
            if text.is_empty() {
                break;
            }
            let at = index.index(text.len());
            match change {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                2 if byte < 12 => text.truncate(at.max(1)),
                // A value of another type.
                2 => text[at] = b"0[{\"n;,"[usize::from(byte) % 7],
                _ => { text.remove(at); }
            }
        }
        if alone || !format.takes_folders() {
            files = vec![files.swap_remove(which)];
        }
        let parts = Parts::new(files.into_iter().map(|(name, text)| Part::bytes(&name, text)).collect());
        if let Ok(taken) = format.read(&parts, None, &mut |_| {}).map(Taken::all) {
            for record in &taken.records {
                prop_assert!(Fields::from_values(record.values.clone()).is_ok(), "{format}: {:?}", record.values);
                prop_assert!(record.values.contains_key(&Field::Name), "{format}");
                prop_assert!(!taken.rejected_ids.contains(&record.source_id), "{format}");
            }
            prop_assert!(taken.rejected as usize <= taken.issues.len(), "{format}: each refusal is told");
            prop_assert!(taken.territories.iter().all(|territory| !territory.communes.is_empty()), "{format}");
        }
    }
}
