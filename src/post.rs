//! Where letters go: to the mail server of `MAILLE_SMTP_URL`; without one, to a folder, each as a file that a mail program opens.

use std::fs::Permissions;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, SinglePart};
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use maille_web::post::{Letter, NotSent, Post, Sending};
use tracing::{info, warn};

/// How long a mail server may take, step by step.
const PATIENCE: Duration = Duration::from_secs(10);
/// The folder of letters that no server carries, in the data directory.
const FOLDER: &str = "courriels";
/// Who writes, before the host of the site.
const WRITER: &str = "ne-pas-repondre";

/// Carries letters.
pub struct Carrier {
    from: Mailbox,
    way: Way,
}

enum Way {
    Server(AsyncSmtpTransport<Tokio1Executor>),
    Folder { path: PathBuf, said: Once },
}

impl Carrier {
    /// To the server of this address, if there is one; else to a folder of the data directory. `from` is the address of whoever
    /// writes; else it is made of the host of `base`.
    pub fn new(server: Option<&str>, from: Option<&str>, base: &str, data: &Path) -> Result<Carrier> {
        let from = match from.filter(|from| !from.is_empty()) {
            Some(from) => from.parse().with_context(|| {
                format!(
                    "MAILLE_MAIL_FROM : « {from} » n’est pas une adresse (Annuaire <annuaire@example.org>)"
                )
            })?,
            None => format!("{WRITER}@{}", host(base))
                .parse()
                .context("le nom d’hôte du site ne fait pas une adresse de courriel")?,
        };
        let way = match server.filter(|server| !server.is_empty()) {
            Some(address) => Way::Server(transport(address)?),
            None => Way::Folder { path: data.join(FOLDER), said: Once::new() },
        };
        Ok(Carrier { from, way })
    }

    async fn carry(&self, letter: Letter) -> Result<()> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(letter.to.parse().context("l’adresse du destinataire n’est pas admise")?)
            .subject(letter.subject);
        match &self.way {
            Way::Server(server) => {
                let message = message.header(ContentType::TEXT_PLAIN).body(letter.text);
                server
                    .send(message.context("le courriel ne s’écrit pas")?)
                    .await
                    .context("le serveur de courriel a refusé")?;
            }
            Way::Folder { path, said } => {
                // As it is typed, so that whoever opens the file with no mail program reads it too. Asked for this form, the
                // library refuses lines of more than 76 letters, which mail admits.
                let text = letter.text.replace('\n', "\r\n").into_bytes();
                let part = SinglePart::builder()
                    .header(ContentType::TEXT_PLAIN)
                    .body(Body::dangerous_pre_encoded(text, ContentTransferEncoding::EightBit));
                let message = message.singlepart(part).context("le courriel ne s’écrit pas")?;
                // Links in it open accounts.
                std::fs::DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(path)
                    .context("le dossier des courriels ne peut pas être créé")?;
                // Also when it was there before.
                std::fs::set_permissions(path, Permissions::from_mode(0o700))
                    .context("le dossier des courriels ne peut pas être fermé aux autres")?;
                let name = AsyncFileTransport::<Tokio1Executor>::new(path)
                    .send(message)
                    .await
                    .context("le courriel ne s’écrit pas")?;
                std::fs::set_permissions(path.join(format!("{name}.eml")), Permissions::from_mode(0o600))
                    .context("le courriel ne peut pas être fermé aux autres")?;
                said.call_once(|| {
                    info!(mail.folder = %path.display(), "sans MAILLE_SMTP_URL, les courriels restent dans un dossier");
                });
            }
        }
        Ok(())
    }
}

impl Post for Carrier {
    fn send(&self, letter: Letter) -> Sending<'_> {
        Box::pin(async move {
            self.carry(letter).await.map_err(|error| {
                // The answer of a server may quote the address it refuses.
                warn!(error.message = %error, "un courriel n’est pas parti");
                NotSent
            })
        })
    }

    fn leaves(&self) -> bool {
        matches!(self.way, Way::Server(_))
    }
}

/// The server of an address, whose password no message quotes.
fn transport(address: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    let Ok(builder) = AsyncSmtpTransport::<Tokio1Executor>::from_url(address) else {
        bail!(
            "MAILLE_SMTP_URL ne se lit pas : attendu smtps://utilisateur:mot-de-passe@hote:465, ou smtp://hote:587?tls=required"
        );
    };
    Ok(builder.timeout(Some(PATIENCE)).build())
}

/// The name of the host of an address; `localhost` when it has a number only.
fn host(base: &str) -> &str {
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    let name = host.split(['/', ':']).next().unwrap_or_default();
    let is_name = name.contains('.') && name.chars().any(|c| c.is_ascii_alphabetic());
    if is_name { name } else { "localhost" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_writes_is_of_the_house() {
        for (base, expected) in [
            ("https://annuaire.example.org", "annuaire.example.org"),
            ("https://annuaire.example.org:8443", "annuaire.example.org"),
            ("http://127.0.0.1:8080", "localhost"),
            ("http://[::1]:8080", "localhost"),
        ] {
            assert_eq!(host(base), expected, "{base}");
        }
        let from = |from| {
            Carrier::new(None, from, "https://x.example.org", Path::new("/nowhere"))
                .map(|carrier| carrier.from.to_string())
        };
        assert_eq!(from(None).unwrap(), "ne-pas-repondre@x.example.org");
        assert_eq!(from(Some("Annuaire <a@b.fr>")).unwrap(), "Annuaire <a@b.fr>");
        assert!(from(Some("a@b.fr\r\nBcc: c@d.fr")).is_err());
    }

    #[test]
    fn a_wrong_address_of_a_server_does_not_quote_its_password() {
        for wrong in ["smtp://u:secret@h:x", "http://u:secret@h", "secret"] {
            let told = match Carrier::new(Some(wrong), None, "http://x.example.org", Path::new("/nowhere")) {
                Ok(_) => panic!("{wrong}"),
                Err(error) => format!("{error:#}"),
            };
            assert!(told.contains("MAILLE_SMTP_URL") && !told.contains("secret"), "{told}");
        }
    }

    #[tokio::test]
    async fn letters_that_no_server_carries_are_files_for_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;

        let data = std::env::temp_dir().join(format!("maille-post-{}", std::process::id()));
        let carrier = Carrier::new(None, None, "https://x.example.org", &data).unwrap();
        let link = format!("https://x.example.org/connexion/lien?secret={}", "0f".repeat(32));
        let text = format!("Bonjour Zoé,\n\n{link}\n");
        let letter = |to: &str| Letter { to: to.to_owned(), subject: "Été".to_owned(), text: text.clone() };
        assert_eq!(carrier.send(letter("zoe@b.fr")).await, Ok(()));
        assert_eq!(
            carrier.send(letter("zoe@b.fr\nBcc: x@y.fr")).await,
            Err(NotSent),
            "no header is smuggled in"
        );
        let folder = data.join(FOLDER);
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        let written = std::fs::read_to_string(&files[0]).unwrap();
        for said in [
            "To: zoe@b.fr",
            "Bonjour Zoé,",
            &format!("\r\n{link}\r\n"),
            "From: ne-pas-repondre@x.example.org",
        ] {
            assert!(written.contains(said), "{said}: {written}");
        }
        std::fs::remove_dir_all(&data).unwrap();
    }
}
