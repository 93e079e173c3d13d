//! What is on disk: reopening, locks, rebuilding beside, damage.

use std::fs;
use std::path::{Path, PathBuf};

use maille_index::{Error, Index, Node};

use crate::builders::{Directory, Folder, asking, listing, names, now, territory};

fn found(node: &Node) -> Vec<String> {
    let mut names = names(&node.search(&asking("", ""), now()).unwrap());
    names.sort();
    names
}

#[test]
fn a_reopened_index_remembers_its_cursor_and_answers() {
    let Directory { folder, mut index } =
        Directory::of([listing("ccas", "Un")]).with_territories([territory("t", "dac", &["92007"])]);
    index.apply(&[listing("ccas", "Deux").change()], 42).unwrap();
    drop(index);
    let index = Index::open(folder.path()).unwrap();
    assert_eq!(index.position().cursor, 42);
    assert_eq!(found(&index.node()), ["Deux", "Un"]);
    assert_eq!(index.node().territories_of("92007", now()).unwrap().territories.len(), 1);
}

#[test]
fn a_new_index_is_empty_and_answers() {
    let folder = Folder::new();
    assert!(Node::open(folder.path()).unwrap().is_none());
    let index = Index::open(&folder.path().join("deeper")).unwrap();
    assert_eq!((index.position().cursor, index.node().listing_count()), (0, 0));
    let answer = index.node().search(&asking("gériatrie", "92007"), now()).unwrap();
    assert_eq!((answer.total, answer.answered), (0, false));
}

#[test]
fn there_is_one_writer() {
    let directory = Directory::of([]);
    let Err(Error::Locked { path }) = Index::open(directory.folder.path()) else { panic!("a second writer") };
    assert!(path.starts_with(directory.folder.path()));
    let rebuild = Index::rebuild(directory.folder.path()).unwrap();
    assert!(matches!(Index::rebuild(directory.folder.path()), Err(Error::Locked { .. })), "nor two rebuilds");
    drop(rebuild);
    let Directory { folder, index } = directory;
    drop(index);
    Index::open(folder.path()).unwrap();
}

#[test]
fn another_process_reads_and_follows() {
    let mut directory = Directory::of([listing("ccas", "Un")]);
    let reader = Node::open(directory.folder.path()).unwrap().unwrap();
    assert!(!reader.refresh().unwrap());
    directory.index.apply(&[listing("ccas", "Deux").change()], 2).unwrap();
    assert_eq!(found(&reader), ["Un"], "a node answers from one commit until it moves");
    assert!(reader.refresh().unwrap());
    assert_eq!((found(&reader).len(), reader.cursor()), (2, 2));
}

#[test]
fn a_rebuild_goes_on_beside_and_everybody_follows() {
    let mut directory = Directory::of([listing("ccas", "Ancien")]);
    let path = directory.folder.path().to_owned();
    let reader = Node::open(&path).unwrap().unwrap();

    let mut rebuild = Index::rebuild(&path).unwrap();
    rebuild.apply(&[listing("ccas", "Nouveau").change(), listing("ccas", "Autre").change()], 7).unwrap();
    rebuild.apply(&[listing("ccas", "Autre").says("Redit.").change()], 9).unwrap();
    directory.index.apply(&[listing("ccas", "Pendant").change()], 2).unwrap();
    assert_eq!(found(&directory.node()), ["Ancien", "Pendant"], "search goes on");

    let published = rebuild.publish().unwrap();
    assert_eq!((published.position().cursor, found(&published.node()).len()), (9, 2));
    assert!(reader.refresh().unwrap());
    assert_eq!(found(&reader), ["Autre", "Nouveau"]);

    let node = directory.node();
    assert!(matches!(directory.index.follow(), Err(Error::Locked { .. })), "who published still holds it");
    drop(published);
    assert!(directory.index.follow().unwrap());
    assert!(!directory.index.follow().unwrap());
    assert_eq!(found(&node), ["Autre", "Nouveau"], "the node moved with its writer");
    directory.index.apply(&[listing("ccas", "Après").change()], 10).unwrap();
    assert_eq!(found(&node).len(), 3);
}

#[test]
fn old_generations_go_and_the_previous_stays() {
    let folder = Folder::new();
    for _ in 0..4 {
        drop(Index::rebuild(folder.path()).unwrap().publish().unwrap());
    }
    drop(Index::rebuild(folder.path()).unwrap());
    assert_eq!(generations(folder.path()), ["000003", "000004"], "one given up leaves nothing");
    // One that a crash left.
    fs::create_dir(folder.path().join("000005")).unwrap();
    drop(Index::rebuild(folder.path()).unwrap().publish().unwrap());
    assert_eq!(generations(folder.path()), ["000004", "000005"]);
}

fn generations(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The files of the generation that serves, locks left out.
fn files(dir: &Path) -> Vec<PathBuf> {
    let generation = dir.join(fs::read_to_string(dir.join("current")).unwrap().trim());
    let entries = fs::read_dir(generation).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_none_or(|extension| extension != "lock")).collect();
    files.sort();
    files
}

#[test]
fn damage_is_said_never_served_and_rebuilding_repairs() {
    let Directory { folder, index } =
        Directory::of([listing("ccas", "Un").at("92007").hours("Mo 09:00-12:00")]);
    drop(index);
    let dir = folder.path();
    for file in files(dir) {
        let whole = fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_owned();
        if name == ".managed.json" {
            continue; // The engine's list of files to clean up: nothing is read from it.
        }
        let mut flipped = whole.clone();
        if let Some(byte) = flipped.get_mut(whole.len() / 4) {
            *byte ^= 0x55;
        }
        for damaged in [&whole[..whole.len() / 2], b"", b"garbage", &flipped] {
            fs::write(&file, damaged).unwrap();
            let opened = Index::open(dir).map(|_| ());
            assert!(matches!(opened, Err(Error::Unusable { .. })), "{}: {opened:?}", name.display());
            assert!(matches!(Node::open(dir), Err(Error::Unusable { .. })), "{}", name.display());
        }
        fs::write(&file, whole).unwrap();
    }
    Index::open(dir).unwrap();

    fs::write(dir.join("current"), "../elsewhere").unwrap();
    assert!(matches!(Index::open(dir), Err(Error::Unusable { .. })));
    let mut rebuild = Index::rebuild(dir).unwrap();
    rebuild.apply(&[listing("ccas", "Un").change()], 1).unwrap();
    assert_eq!(found(&rebuild.publish().unwrap().node()), ["Un"]);
}

#[test]
fn a_missing_generation_is_unusable() {
    let folder = Folder::new();
    fs::write(folder.path().join("current"), "000009").unwrap();
    assert!(matches!(Index::open(folder.path()), Err(Error::Unusable { .. })));
    assert!(matches!(Node::open(folder.path()), Err(Error::Unusable { .. })));
}
