//! People of the team: accounts, and what they do in a browser, without the browser.

use std::io::Write;
use std::process::Stdio;

use super::{DataDirectory, PATIENCE, Server, wait_until};

/// The password of everybody here.
pub const PASSWORD: &str = "quatre girafes boivent dehors";

/// Two territories of one or two communes each.
pub const TERRITORIES: &str = "\
code,kind,name,commune
dac-sud,dac,DAC du Sud,92007
dac-sud,dac,DAC du Sud,92002
dac-toulouse,dac,DAC de Toulouse,31555
";

/// Three listings: two of the South, one of Toulouse.
pub const LISTINGS: &str = "\
id,name,category,phone,commune,coverage,modes,verified_on
emg-1,Équipe mobile de gériatrie des Coteaux,emg,01 99 00 00 01,92007,commune:92007 | commune:92002,domicile,2026-10-01
clic-1,CLIC de l’Orme,clic,01 99 00 00 03,92002,commune:92002,sur-place,2024-01-15
emg-31,Équipe mobile de gériatrie de la Garonne,emg,05 99 00 00 01,31555,commune:31555,domicile,2026-10-01
";

/// Somebody who is logged in.
pub struct Person {
    address: String,
    cookie: String,
}

/// What came of a request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Where it leads (`Location`).
    pub to: String,
    pub body: String,
    headers: ureq::http::HeaderMap,
}

impl Answer {
    /// A header; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie that was given, as it is sent back.
    pub fn cookie(&self) -> Option<String> {
        let given = self.header("set-cookie").split(';').next().unwrap_or_default();
        (!given.is_empty()).then(|| given.to_owned())
    }

    /// What the page has between these two texts; the first of them.
    pub fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.body.split_once(before).unwrap_or_else(|| panic!("{before}: {}", self.body));
        rest.split_once(after).unwrap_or_else(|| panic!("{after}: {}", self.body)).0
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A program that shows a token.
pub struct Program {
    address: String,
    token: String,
}

impl DataDirectory {
    /// A directory with two territories and three listings (source `annuaire`).
    pub fn of_two_territories() -> DataDirectory {
        let directory = DataDirectory::new();
        directory.json(&[
            "import",
            "territories",
            &directory.file("territories.csv", TERRITORIES),
            "--source",
            "territoires",
            "--json",
        ]);
        directory.json(&[
            "import",
            "csv",
            &directory.file("listings.csv", LISTINGS),
            "--source",
            "annuaire",
            "--json",
        ]);
        directory
    }

    /// Makes an account (`animation`, in a territory or in the whole directory) with [`PASSWORD`].
    pub fn account(&self, email: &str, name: &str, role: &str, territory: Option<&str>) {
        let mut command =
            self.maille(&["account", "add", email, "--name", name, "--role", role, "--password-stdin"]);
        command.args(territory.iter().flat_map(|code| ["--territory", code]));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
        assert!(child.wait().unwrap().success(), "{email}");
    }

    /// The letters that were sent to this address, the oldest first.
    pub fn letters(&self, to: &str) -> Vec<String> {
        let Ok(folder) = std::fs::read_dir(self.path().join("courriels")) else { return Vec::new() };
        let mut files: Vec<_> = folder
            .map(|file| file.unwrap().path())
            .map(|path| (path.metadata().unwrap().modified().unwrap(), path))
            .collect();
        files.sort();
        let letters = files.iter().map(|(_, path)| std::fs::read_to_string(path).unwrap());
        letters
            .filter(|letter| letter.contains(&format!("To: {to}\r\n")) && letter.ends_with("\r\n"))
            .collect()
    }

    /// Waits for that many letters to this address; the secret of the link in the last one.
    pub fn mailed_secret(&self, to: &str, letters: usize) -> String {
        wait_until("a letter", || self.letters(to).len() >= letters);
        let letters = self.letters(to);
        let (_, rest) = letters.last().unwrap().split_once("/connexion/lien?secret=").unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }
}

impl Server {
    /// Logs in with [`PASSWORD`].
    pub fn log_in(&self, email: &str) -> Person {
        let (answer, cookie) = self.try_password(email, PASSWORD, &[]);
        let home = ["/animation", "/accueil"].contains(&answer.to.as_str());
        assert!(answer.status == 303 && home, "{} {}: {}", answer.status, answer.to, answer.body);
        Person { address: self.address.clone(), cookie: cookie.expect("a session") }
    }

    /// Tries to log in, with more fields; what was answered, and the cookie that was given.
    pub fn try_password(
        &self,
        email: &str,
        password: &str,
        more: &[(&str, &str)],
    ) -> (Answer, Option<String>) {
        let fields =
            [("courriel", email), ("mot_de_passe", password)].into_iter().chain(more.iter().copied());
        let mut response = agent().post(format!("{}/connexion", self.address)).send_form(fields).unwrap();
        let answer = answer(&mut response);
        let cookie = answer.cookie();
        (answer, cookie)
    }

    /// A program that shows this token.
    pub fn program(&self, token: &str) -> Program {
        Program { address: self.address.clone(), token: token.to_owned() }
    }

    /// Whoever holds this cookie; nobody, with none.
    pub fn person(&self, cookie: &str) -> Person {
        Person { address: self.address.clone(), cookie: cookie.to_owned() }
    }
}

impl Person {
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub fn get(&self, path: &str) -> Answer {
        let request = agent().get(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        answer(&mut request.call().unwrap())
    }

    /// Sends a form.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = agent().post(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        answer(&mut request.send_form(fields.iter().copied()).unwrap())
    }
}

impl Person {
    /// Sends a form as the script does, which reads JSON.
    pub fn post_for_json(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = agent().post(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        answer(&mut request.header("accept", "application/json").send_form(fields.iter().copied()).unwrap())
    }
}

impl Program {
    pub fn get(&self, path: &str) -> Answer {
        let request = agent().get(format!("{}{path}", self.address));
        answer(&mut request.header("authorization", &self.authorization()).call().unwrap())
    }

    pub fn post(&self, path: &str, body: &serde_json::Value) -> Answer {
        let request = agent().post(format!("{}{path}", self.address)).content_type("application/json");
        answer(&mut request.header("authorization", &self.authorization()).send(body.to_string()).unwrap())
    }

    pub fn put(&self, path: &str, body: &serde_json::Value) -> Answer {
        let request = agent().put(format!("{}{path}", self.address)).content_type("application/json");
        answer(&mut request.header("authorization", &self.authorization()).send(body.to_string()).unwrap())
    }

    pub fn delete(&self, path: &str, body: &serde_json::Value) -> Answer {
        let request = agent().delete(format!("{}{path}", self.address)).force_send_body();
        let request = request.content_type("application/json").header("authorization", &self.authorization());
        answer(&mut request.send(body.to_string()).unwrap())
    }

    fn authorization(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

fn agent() -> ureq::Agent {
    let builder = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
    builder.timeout_global(Some(PATIENCE)).build().into()
}

fn answer(response: &mut ureq::http::Response<ureq::Body>) -> Answer {
    let headers = response.headers().clone();
    let to = headers.get("location").map_or("", |to| to.to_str().unwrap()).to_owned();
    let body = response.body_mut().read_to_string().unwrap();
    Answer { status: response.status().as_u16(), to, body, headers }
}
