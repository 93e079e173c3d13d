//! Brings what an import names, a path or an address, to a local file.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::parts::{Part, Parts};

/// Most bytes taken from an address.
pub const LARGEST: u64 = 2_000_000_000;

const CHUNK: usize = 64 * 1024;
const CONNECT: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_mins(1);
const TOTAL: Duration = Duration::from_mins(30);

/// Where systems keep the certificates they trust (Debian, then Red Hat), unless `SSL_CERT_FILE` says.
const TRUSTED: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No such path.
    #[error("{name} : fichier introuvable ; attendu : le chemin d’un fichier ou une adresse http(s).")]
    NotFound {
        /// What was asked.
        name: String,
    },
    /// A directory, for a format of one file.
    #[error("{name} : c’est un dossier ; attendu : un fichier.")]
    Directory {
        /// What was asked.
        name: String,
    },
    /// A file with nothing in it.
    #[error("{name} : fichier vide ; attendu : un fichier avec des données.")]
    Empty {
        /// What was asked.
        name: String,
    },
    /// The system refuses, or the connection broke while the answer came.
    #[error("{name} : lecture impossible ({source}).")]
    Unreadable {
        /// What was asked.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The server answered something else than the file.
    #[error("{name} : le serveur a répondu {status} ; attendu : 200.")]
    Status {
        /// What was asked.
        name: String,
        /// Status of the answer.
        status: u16,
    },
    /// The server could not be reached or understood.
    #[error("{name} : téléchargement impossible ({source}).")]
    Http {
        /// What was asked.
        name: String,
        /// What went wrong.
        source: Box<ureq::Error>,
    },
    /// More than [`LARGEST`].
    #[error("{name} : plus de {limit} octets ; attendu : un fichier plus petit, ou téléchargé à part.")]
    TooLarge {
        /// What was asked.
        name: String,
        /// The limit.
        limit: u64,
    },
}

/// Finds the files of a path, those of a folder in the order of their names, or downloads an address that starts with
/// `http://` or `https://`. What comes from an address or a pipe is kept in a nameless temporary file. `progress` is told how
/// many bytes came.
pub fn fetch(location: &str, folders: bool, progress: &mut dyn FnMut(u64)) -> Result<Parts, FetchError> {
    let name = location.to_owned();
    let lower = location.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        let body = download(location)?;
        return keep(name, body, LARGEST, progress);
    }
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => FetchError::NotFound { name: location.to_owned() },
        _ => FetchError::Unreadable { name: location.to_owned(), source },
    };
    let file = File::open(location).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return if folders { folder(name) } else { Err(FetchError::Directory { name }) };
    }
    if !metadata.is_file() {
        // A pipe: formats that seek need a file.
        return keep(name, file, LARGEST, progress);
    }
    let size = metadata.len();
    if size == 0 { Err(FetchError::Empty { name }) } else { Ok(Part::file(name, file, size).into()) }
}

/// The files of a folder, its own folders and hidden files left out.
fn folder(name: String) -> Result<Parts, FetchError> {
    let files = || -> io::Result<Vec<Part>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&name)? {
            let entry = entry?;
            let path = entry.path();
            let metadata = path.metadata()?;
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if metadata.is_file() && metadata.len() > 0 && !hidden {
                files.push(Part::path(path.display().to_string(), path, metadata.len()));
            }
        }
        files.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(files)
    };
    match files() {
        Ok(files) if files.is_empty() => Err(FetchError::Empty { name }),
        Ok(files) => Ok(Parts::new(files)),
        Err(source) => Err(FetchError::Unreadable { name, source }),
    }
}

fn download(address: &str) -> Result<impl Read, FetchError> {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .timeout_global(Some(TOTAL))
            .user_agent(concat!("maille/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(trusted()).build())
            .build(),
    );
    let response = agent.get(address).call().map_err(|error| match error {
        ureq::Error::StatusCode(status) => FetchError::Status { name: address.to_owned(), status },
        error => FetchError::Http { name: address.to_owned(), source: Box::new(error) },
    })?;
    let status = response.status().as_u16();
    if status == 200 {
        Ok(response.into_body().into_reader())
    } else {
        Err(FetchError::Status { name: address.to_owned(), status })
    }
}

/// The certificates this system trusts, so that those an institution added count; Mozilla's when it has none.
fn trusted() -> RootCerts {
    let path = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let pem = path.into_iter().chain(TRUSTED.map(PathBuf::from)).find_map(|path| std::fs::read(path).ok());
    let certificates: Vec<_> = parse_pem(&pem.unwrap_or_default())
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() { RootCerts::WebPki } else { RootCerts::Specific(Arc::new(certificates)) }
}

/// Copies a stream to a nameless temporary file.
fn keep(
    name: String,
    mut from: impl Read,
    limit: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<Parts, FetchError> {
    let mut copy = || -> io::Result<(File, u64)> {
        let mut file = tempfile::tempfile()?;
        let mut chunk = vec![0; CHUNK];
        let mut size = 0;
        while size <= limit {
            let count = match from.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            file.write_all(&chunk[..count])?;
            size += count as u64;
            progress(size);
        }
        file.rewind()?;
        Ok((file, size))
    };
    match copy() {
        Err(source) => Err(FetchError::Unreadable { name, source }),
        Ok((_, size)) if size > limit => Err(FetchError::TooLarge { name, limit }),
        Ok((_, 0)) => Err(FetchError::Empty { name }),
        Ok((file, size)) => Ok(Part::file(name, file, size).into()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Answers one request with these bytes; the address to ask.
    fn server(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(answer).unwrap();
        });
        format!("http://{address}/listings.csv")
    }

    fn fetched(location: &str) -> Result<(String, u64), FetchError> {
        let fetched = fetch(location, false, &mut |_| {})?;
        assert_eq!(fetched.names().collect::<Vec<_>>(), [location]);
        Ok((texts(&fetched).concat(), fetched.size()))
    }

    fn texts(parts: &Parts) -> Vec<String> {
        let mut texts = Vec::new();
        let read = parts.each(&mut |_| {}, |_, bytes| {
            let mut text = String::new();
            bytes.read_to_string(&mut text).unwrap();
            texts.push(text);
            Ok(())
        });
        read.unwrap();
        texts
    }

    #[test]
    fn a_folder_gives_its_files_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        for (name, text) in [("b.json", "deux"), ("a.json", "un"), (".hidden", "rien"), ("empty", "")] {
            std::fs::write(path.join(name), text).unwrap();
        }
        std::fs::create_dir(path.join("inner")).unwrap();
        let location = path.to_str().unwrap();
        assert_eq!(texts(&fetch(location, true, &mut |_| {}).unwrap()), ["un", "deux"]);
        assert!(matches!(fetch(location, false, &mut |_| {}), Err(FetchError::Directory { .. })));
    }

    #[test]
    fn a_path_gives_its_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "id,name\n").unwrap();
        assert_eq!(fetched(file.path().to_str().unwrap()).unwrap(), ("id,name\n".into(), 8));
    }

    #[test]
    fn a_path_without_data_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        assert!(matches!(fetched(&path("")), Err(FetchError::Directory { .. })));
        assert!(matches!(fetched(&path("absent.csv")), Err(FetchError::NotFound { .. })));
        std::fs::write(path("empty.csv"), "").unwrap();
        assert!(matches!(fetched(&path("empty.csv")), Err(FetchError::Empty { .. })));
        let error = FetchError::Directory { name: "dossier".into() };
        assert_eq!(error.to_string(), "dossier : c’est un dossier ; attendu : un fichier.");
    }

    #[test]
    fn an_address_gives_what_the_server_answers() {
        let address = server(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nid,name\n");
        assert_eq!(fetched(&address).unwrap(), ("id,name\n".into(), 8));
        let address = server(b"HTTP/1.1 404 Not Found\r\ncontent-length: 3\r\n\r\nnon");
        assert!(matches!(fetched(&address), Err(FetchError::Status { status: 404, .. })));
        let address = server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        assert!(matches!(fetched(&address), Err(FetchError::Empty { .. })));
    }

    #[test]
    fn a_broken_answer_is_no_file() {
        let address = server(b"HTTP/1.1 200 OK\r\ncontent-length: 80\r\n\r\nid,name\n");
        assert!(matches!(fetched(&address), Err(FetchError::Unreadable { .. })), "cut short");
        let address = server(b"not http at all").replace("http:", "https:");
        assert!(matches!(fetched(&address), Err(FetchError::Http { .. })), "no TLS there");
    }

    #[test]
    fn a_stream_stops_at_the_limit() {
        let result = keep("flux".into(), io::repeat(b'x'), 1_000_000, &mut |_| {});
        assert!(matches!(result, Err(FetchError::TooLarge { limit: 1_000_000, .. })));
    }
}
