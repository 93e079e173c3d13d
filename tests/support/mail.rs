//! A mail server, as far as whoever sends needs one.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::wait_until;

/// Takes all the letters that it is given.
pub struct MailServer {
    /// For `--smtp-url`.
    pub address: String,
    taken: Arc<Mutex<Vec<Taken>>>,
}

/// A letter, and whom it was for.
#[derive(Debug, Clone)]
pub struct Taken {
    pub to: Vec<String>,
    pub text: String,
}

impl MailServer {
    pub fn start() -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("smtp://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let letters = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let letters = Arc::clone(&letters);
                std::thread::spawn(move || converse(stream, &letters));
            }
        });
        MailServer { address, taken }
    }

    /// Waits for a letter to this address; the secret of the link in the last one.
    pub fn mailed_secret(&self, to: &str) -> String {
        let letter = || self.taken().into_iter().rfind(|letter| letter.to == [to]);
        wait_until("a letter", || letter().is_some());
        let text = letter().expect("it was there").text;
        let (_, rest) = text.split_once("/connexion/lien?secret=").unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }

    /// The letters, the oldest first.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

/// Until the other one leaves.
fn converse(mut stream: TcpStream, letters: &Mutex<Vec<Taken>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).split(b'\n').map_while(Result::ok);
    let mut say = |words: &str| stream.write_all(format!("{words}\r\n").as_bytes()).ok();
    say("220 here")?;
    let mut to = Vec::new();
    while let Some(line) = lines.next() {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if let Some(rest) = line.strip_prefix("RCPT TO:<") {
            to.push(rest.split('>').next().unwrap_or_default().to_owned());
        }
        match line.as_str() {
            "DATA" => {
                say("354 go on")?;
                let written: Vec<Vec<u8>> = lines.by_ref().take_while(|line| line != b".\r").collect();
                letters.lock().unwrap().push(Taken { to: std::mem::take(&mut to), text: read(&written) });
                say("250 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 yes")?,
        }
    }
    None
}

/// What was written in lines of mail: ASCII, or quoted-printable.
fn read(lines: &[Vec<u8>]) -> String {
    let mut text = Vec::new();
    for line in lines {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (line, goes_on) = line.strip_suffix(b"=").map_or((line, false), |line| (line, true));
        let mut rest = line;
        while let [byte, after @ ..] = rest {
            let quoted = if *byte == b'=' { after.get(..2).and_then(hexadecimal) } else { None };
            text.push(quoted.unwrap_or(*byte));
            rest = if quoted.is_some() { &after[2..] } else { after };
        }
        if !goes_on {
            text.push(b'\n');
        }
    }
    String::from_utf8(text).unwrap()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
