//! What an import reads: one file or several, each as a stream of bytes, decompressed where it is compressed.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::PathBuf;

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use crate::table::ReadError;

/// Decompressed bytes under which a ratio proves nothing.
const SUSPECT_SIZE: u64 = 64 * 1024 * 1024;
/// Times its compressed size beyond which a file is made to fill the disk: registers compress thirty times at most.
const SUSPECT_RATIO: u64 = 150;
/// White space at the start of a text, beyond which nothing else is looked for.
const LONGEST_BLANK: usize = 1024 * 1024;
/// Most files of an archive.
const MOST_ENTRIES: usize = 10_000;

/// The files of one import, in the order in which they are read.
#[derive(Debug)]
pub struct Parts(Vec<Part>);

/// One file.
#[derive(Debug)]
pub struct Part {
    /// Its name in messages.
    name: String,
    content: Content,
    /// How many bytes it has.
    size: u64,
}

#[derive(Debug)]
enum Content {
    Path(PathBuf),
    File(File),
    Bytes(Cow<'static, [u8]>),
}

/// Bytes that can be read anywhere, as archives ask.
trait Seekable: Read + Seek {}
impl<T: Read + Seek> Seekable for T {}

impl Part {
    /// A file that is opened when its turn comes.
    pub fn path(name: String, path: PathBuf, size: u64) -> Part {
        Part { name, content: Content::Path(path), size }
    }

    /// A file that is open.
    pub fn file(name: String, file: File, size: u64) -> Part {
        Part { name, content: Content::File(file), size }
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes in memory.
    pub fn bytes(name: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Part {
        let bytes = bytes.into();
        Part { name: name.to_owned(), size: bytes.len() as u64, content: Content::Bytes(bytes) }
    }

    fn open(&self) -> io::Result<Box<dyn Seekable + '_>> {
        Ok(match &self.content {
            Content::Path(path) => Box::new(File::open(path)?),
            Content::File(file) => {
                let mut file = file;
                file.rewind()?;
                Box::new(file)
            }
            Content::Bytes(bytes) => Box::new(Cursor::new(bytes)),
        })
    }
}

impl From<Part> for Parts {
    fn from(part: Part) -> Parts {
        Parts(vec![part])
    }
}

impl Parts {
    /// Several files.
    pub fn new(parts: Vec<Part>) -> Parts {
        Parts(parts)
    }

    /// How many bytes they have together.
    pub fn size(&self) -> u64 {
        self.0.iter().map(|part| part.size).sum()
    }

    /// The first bytes of the first file, decompressed.
    pub(crate) fn beginning(&self, most: usize) -> Result<Vec<u8>, ReadError> {
        let mut start = Vec::new();
        self.each(&mut |_| {}, |name, input| {
            if start.is_empty() {
                let read = input.take(most as u64).read_to_end(&mut start);
                read.map_err(|source| ReadError::Io { file: name.to_owned(), source })?;
            }
            Ok(())
        })?;
        Ok(start)
    }

    /// The names of the files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|part| part.name.as_str())
    }

    /// Reads one file after the other: `each` is given the name and the bytes. Those of a `.gz` and of the files of a `.zip`
    /// are decompressed; a workbook, a zip too, is left as it is. `progress` is told how many bytes of all were read.
    pub fn each(
        &self,
        progress: &mut dyn FnMut(u64),
        mut each: impl FnMut(&str, &mut dyn Read) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let mut before = 0;
        for part in &self.0 {
            let io = |source| ReadError::Io { file: part.name.clone(), source };
            let mut told = |bytes: u64| progress(before + bytes);
            let mut file = part.open().map_err(io)?;
            let mut magic = [0; 4];
            let known = read_start(&mut file, &mut magic).map_err(io)?;
            file.rewind().map_err(io)?;
            match &magic[..known] {
                [0x1F, 0x8B, ..] => {
                    let counted = Counted { inner: file, count: 0, told: &mut told };
                    let mut plain = Inflated::new(MultiGzDecoder::new(BufReader::new(counted)), part.size);
                    each(&part.name, &mut plain)?;
                }
                b"PK\x03\x04" => match archive(file, part).map_err(io)? {
                    Archive::Files(mut zip, names) => {
                        for (index, name) in names {
                            let mut entry = zip.by_index(index).map_err(|error| io(error.into()))?;
                            let (name, compressed) =
                                (format!("{}/{name}", part.name), entry.compressed_size());
                            each(&name, &mut Inflated::new(&mut entry, compressed))?;
                        }
                        told(part.size);
                    }
                    Archive::Workbook(file) => {
                        each(&part.name, &mut Counted { inner: file, count: 0, told: &mut told })?;
                    }
                },
                _ => each(&part.name, &mut Counted { inner: file, count: 0, told: &mut told })?,
            }
            before += part.size;
        }
        Ok(())
    }

    /// Reads the one file of a format that has one: `read` is given its name and its bytes. Of several, as in an archive, only one may be there.
    pub fn only<T>(
        &self,
        progress: &mut dyn FnMut(u64),
        read: impl FnOnce(&str, &mut dyn Read, &mut dyn FnMut(u64)) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let mut read = Some(read);
        let mut result = None;
        self.each(progress, |name, input| {
            let Some(read) = read.take() else {
                let (found, expected) = ("plusieurs fichiers".to_owned(), "un seul fichier".to_owned());
                return Err(ReadError::NotATable { file: name.to_owned(), found, expected });
            };
            result = Some(read(name, input, &mut |_| {})?);
            Ok(())
        })?;
        result.ok_or_else(|| ReadError::Empty {
            file: self.names().collect(),
            expected: "un fichier".to_owned(),
        })
    }
}

enum Archive<'a> {
    /// The files to read, by their place in the archive.
    Files(ZipArchive<BufReader<Box<dyn Seekable + 'a>>>, Vec<(usize, String)>),
    /// A workbook is the business of its own reader, which reads it whole.
    Workbook(Box<dyn Seekable + 'a>),
}

fn archive<'a>(file: Box<dyn Seekable + 'a>, part: &'a Part) -> io::Result<Archive<'a>> {
    // What is no archive after all is told by the reader of the format.
    let Ok(mut zip) = ZipArchive::new(BufReader::new(file)) else {
        return Ok(Archive::Workbook(part.open()?));
    };
    if zip.file_names().flatten().any(|name| name == "[Content_Types].xml") {
        return Ok(Archive::Workbook(part.open()?));
    }
    if zip.len() > MOST_ENTRIES {
        let text = format!("archive de {} fichiers ; {MOST_ENTRIES} au plus sont lus", zip.len());
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    let mut names = Vec::new();
    for index in 0..zip.len() {
        let entry = zip.by_index(index)?;
        let name = entry.name()?.into_owned();
        let hidden = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        if entry.is_file() && !hidden {
            names.push((index, name));
        }
    }
    names.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(Archive::Files(zip, names))
}

/// The first byte of a text that says something, and the whole text again.
pub(crate) fn peeked(mut input: &mut dyn Read) -> io::Result<(Option<u8>, impl Read + '_)> {
    let mut start = Vec::new();
    let mut first = None;
    while first.is_none() && (&mut input).take(4096).read_to_end(&mut start)? > 0 {
        let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start);
        first = text.iter().copied().find(|byte| !byte.is_ascii_whitespace());
        if start.len() > LONGEST_BLANK {
            break;
        }
    }
    Ok((first, Cursor::new(start).chain(input)))
}

fn read_start(file: &mut dyn Seekable, start: &mut [u8]) -> io::Result<usize> {
    let mut known = 0;
    while known < start.len() {
        match file.read(&mut start[known..]) {
            Ok(0) => break,
            Ok(count) => known += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(known)
}

/// Tells how many bytes went by.
struct Counted<'a, R> {
    inner: R,
    count: u64,
    told: &'a mut dyn FnMut(u64),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        (self.told)(self.count);
        Ok(count)
    }
}

/// Decompressed bytes, as long as there are not absurdly many.
struct Inflated<R> {
    inner: R,
    compressed: u64,
    count: u64,
}

impl<R> Inflated<R> {
    fn new(inner: R, compressed: u64) -> Self {
        Inflated { inner, compressed, count: 0 }
    }
}

impl<R: Read> Read for Inflated<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        if self.count > SUSPECT_SIZE && self.count / SUSPECT_RATIO > self.compressed {
            let text = format!(
                "plus de {SUSPECT_RATIO} fois sa taille une fois décompressé : un fichier piégé, ou vide de sens"
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(parts: &Parts) -> Result<Vec<(String, String)>, ReadError> {
        let mut read = Vec::new();
        parts.each(&mut |_| {}, |name, bytes| {
            let mut text = String::new();
            let io = |source| ReadError::Io { file: name.to_owned(), source };
            bytes.read_to_string(&mut text).map_err(io)?;
            read.push((name.to_owned(), text));
            Ok(())
        })?;
        Ok(read)
    }

    fn file(name: &str, bytes: &[u8]) -> Part {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Part::file(name.to_owned(), file, bytes.len() as u64)
    }

    fn gzipped(bytes: impl Read) -> Vec<u8> {
        let mut bytes = flate2::read::GzEncoder::new(bytes, flate2::Compression::best());
        let mut compressed = Vec::new();
        bytes.read_to_end(&mut compressed).unwrap();
        compressed
    }

    fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn files_are_read_in_order_and_decompressed() {
        let zip = zipped(&[("b.csv", "trois"), ("a.csv", "deux"), ("__MACOSX/a.csv", "rien")]);
        let parts = Parts::new(vec![
            Part::bytes("un.json", &b"un"[..]),
            file("x.zip", &zip),
            file("y.gz", &gzipped(&b"quatre"[..])),
        ]);
        let read = read(&parts).unwrap();
        let told: Vec<_> = read.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(
            told,
            [("un.json", "un"), ("x.zip/a.csv", "deux"), ("x.zip/b.csv", "trois"), ("y.gz", "quatre")]
        );
    }

    #[test]
    fn the_first_byte_is_seen_and_stays() {
        for (text, first) in [("\u{feff} \n{}", Some(b'{')), ("id,name", Some(b'i')), (" ", None), ("", None)]
        {
            let mut bytes = text.as_bytes();
            let (seen, mut input) = peeked(&mut bytes).unwrap();
            assert_eq!(seen, first, "{text:?}");
            let mut whole = String::new();
            input.read_to_string(&mut whole).unwrap();
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn a_workbook_stays_whole() {
        let workbook = zipped(&[("[Content_Types].xml", ""), ("xl/workbook.xml", "")]);
        let mut whole = Vec::new();
        Parts::from(file("x.xlsx", &workbook))
            .each(&mut |_| {}, |_, bytes| {
                bytes.read_to_end(&mut whole).unwrap();
                Ok(())
            })
            .unwrap();
        assert_eq!(whole, workbook);
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = gzipped(io::repeat(b'x').take(80_000_000));
        let refused = read(&Parts::from(file("bombe.gz", &bomb))).unwrap_err();
        assert!(refused.to_string().contains("piégé"), "{refused}");
    }

    #[test]
    fn progress_reaches_the_end() {
        let parts = Parts::new(vec![file("a", b"12345"), file("b.gz", &gzipped(&b"12345"[..]))]);
        let mut last = 0;
        let read = parts.each(&mut |bytes| last = bytes, |_, bytes| {
            io::copy(bytes, &mut io::sink()).unwrap();
            Ok(())
        });
        assert!(read.is_ok());
        assert_eq!(last, parts.size());
    }
}
