//! The file of a theme (`docs/portail.md`): TOML, and the logo beside it. Whatever is wrong is said, all at once.

use std::fmt::Display;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use maille_domain::Phone;
use maille_domain::contact::parse_email;
use maille_web::Theme;
use maille_web::theme::{Accents, Contact, Legal, Logo, LogoKind, Unreadable};
use maille_web::{Colour, Scheme};
use toml::{Table, Value};

/// Longest name, in characters.
const NAME: usize = 60;
/// Longest line of text, in characters.
const LINE: usize = 200;
/// Longest paragraph, in characters.
const PARAGRAPH: usize = 4000;
/// Largest logo, in bytes.
const LARGEST_LOGO: usize = 100_000;

/// Reads a theme. Keys that are absent are maille's own, or said to be missing where the law asks for them.
pub fn read(path: &Path) -> Result<Theme> {
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let text = fs::read_to_string(path)
        .with_context(|| format!("le fichier de thème {} ne se lit pas", path.display()))?;
    let table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => bail!("le fichier de thème {file} n’est pas du TOML : {}", syntax(&text, &error)),
    };
    let mut faults = Vec::new();
    let theme = theme(table, path.parent().unwrap_or(Path::new("")), &mut faults);
    if faults.is_empty() {
        return Ok(theme);
    }
    let lines: Vec<String> = faults.iter().map(|fault| format!("{file}, {fault}")).collect();
    bail!("le fichier de thème est à corriger :\n{}", lines.join("\n"));
}

/// Where the file stops being TOML, and why in the words of the reader.
fn syntax(text: &str, error: &toml::de::Error) -> String {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = String::from_utf8_lossy(&text.as_bytes()[..at]).matches('\n').count() + 1;
    let found = text.lines().nth(line - 1).unwrap_or_default();
    format!(
        "ligne {line}, trouvé {} ; attendu : clé = \"valeur\" ({})",
        quoted(found.trim()),
        error.message()
    )
}

fn theme(table: Table, folder: &Path, faults: &mut Vec<String>) -> Theme {
    let own = Theme::default();
    let mut top = Section { name: "", table, known: Vec::new(), faults };
    let name = top.text("nom", NAME);
    let tagline = top.text("description", LINE);
    let territory = top.text("territoire", LINE);
    let logo = top.text("logo", LINE).and_then(|found| {
        logo(&folder.join(&found)).map_err(|expected| top.fault("logo", &quoted(&found), &expected)).ok()
    });
    let contact = top.section("contact", contact).flatten();
    let accents = top.section("couleurs", accents).flatten();
    let legal = top.section("mentions", legal).unwrap_or_default();
    top.end();
    Theme {
        name: name.unwrap_or(own.name),
        tagline: tagline.unwrap_or(own.tagline),
        territory,
        contact,
        accents,
        logo,
        legal,
    }
}

fn contact(section: &mut Section<'_>) -> Option<Contact> {
    let name = section.text("nom", LINE);
    let phone = section.parsed("telephone", |text| {
        text.parse::<Phone>().map_err(|_| "un numéro de téléphone (01 99 00 00 11)".to_owned())
    });
    let email = section.parsed("courriel", email);
    let hours = section.text("horaires", LINE);
    if name.is_none() && !section.known_is_wrong("nom") {
        section.fault("nom", "rien", "le nom de qui répond");
    }
    Some(Contact { name: name?, phone, email, hours })
}

fn email(text: &str) -> Result<String, String> {
    parse_email(text).map_err(|expected| expected.to_string())
}

fn accents(section: &mut Section<'_>) -> Option<Accents> {
    let colour = |text: &str| {
        let expected = "une couleur, # et six chiffres hexadécimaux (#0b4a50)";
        text.parse::<Colour>().map_err(|()| expected.to_owned())
    };
    let light = section.parsed("accent", colour);
    let dark = section.parsed("accent_sombre", colour);
    if light.is_none() && !section.known_is_wrong("accent") {
        section.fault("accent", "rien", "la couleur des liens et des boutons (#0b4a50)");
    }
    if section.known_is_wrong("accent_sombre") {
        return None;
    }
    let refused = match Accents::new(light?, dark) {
        Ok(accents) => return Some(accents),
        Err(refused) => refused,
    };
    let (key, colour) = match refused.scheme {
        Scheme::Light => ("accent", light),
        Scheme::Dark => ("accent_sombre", dark),
    };
    let found = colour.map(quoted).unwrap_or_default();
    section.fault(key, &found, &readable(&refused));
    None
}

fn readable(refused: &Unreadable) -> String {
    let paper = match refused.scheme {
        Scheme::Light => "clair",
        Scheme::Dark => "sombre",
    };
    let contrast = format!("{:.1}", refused.contrast).replace('.', ",");
    format!(
        "un contraste de 7 pour 1 sur papier {paper}, elle en a {contrast} ; la plus proche qui convienne : {}",
        refused.instead
    )
}

fn legal(section: &mut Section<'_>) -> Legal {
    Legal {
        publisher: section.text("editeur", LINE),
        address: section.text("adresse", LINE),
        director: section.text("directeur", LINE),
        host: section.text("hebergeur", LINE),
        contact: section.text("contact", LINE),
        data_contact: section.text("donnees", LINE),
        paragraphs: section.paragraphs("paragraphes"),
    }
}

/// The logo of a file, or what was expected of it.
fn logo(path: &Path) -> Result<Logo, String> {
    let size =
        fs::metadata(path).map_err(|error| format!("un fichier lisible à côté du thème ({error})"))?.len();
    if size > LARGEST_LOGO as u64 {
        return Err(format!(
            "un fichier de {} ko au plus, il en fait {}",
            LARGEST_LOGO / 1000,
            size.div_ceil(1000)
        ));
    }
    let bytes = fs::read(path).map_err(|error| format!("un fichier lisible à côté du thème ({error})"))?;
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Logo { kind: LogoKind::Png, bytes });
    }
    let drawn = std::str::from_utf8(&bytes).is_ok_and(|text| {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        text.starts_with("<svg") || (text.starts_with('<') && text.contains("<svg"))
    });
    if drawn {
        return Ok(Logo { kind: LogoKind::Svg, bytes });
    }
    Err("une image SVG ou PNG".to_owned())
}

/// A table of the file, whose keys are taken one by one; what nobody takes is a fault.
struct Section<'a> {
    name: &'static str,
    table: Table,
    /// The keys that were asked for, and whether what was found was wrong.
    known: Vec<(&'static str, bool)>,
    faults: &'a mut Vec<String>,
}

impl Section<'_> {
    fn fault(&mut self, key: &str, found: &str, expected: &str) {
        let name = self.name;
        let dot = if name.is_empty() { "" } else { "." };
        self.faults.push(format!("{name}{dot}{key} : trouvé {found} ; attendu : {expected}"));
        self.known.iter_mut().filter(|(known, _)| *known == key).for_each(|(_, wrong)| *wrong = true);
    }

    fn known_is_wrong(&self, key: &str) -> bool {
        self.known.contains(&(key, true))
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push((key, false));
        self.table.remove(key)
    }

    /// A text that says something, of so many characters at most.
    fn text(&mut self, key: &'static str, most: usize) -> Option<String> {
        let value = self.take(key)?;
        match words(&value, most) {
            Ok(text) => Some(text),
            Err(expected) => {
                self.fault(key, &shown(&value), &expected);
                None
            }
        }
    }

    fn parsed<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(key, LINE)?;
        parse(&text).map_err(|expected| self.fault(key, &quoted(&text), &expected)).ok()
    }

    fn paragraphs(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let Value::Array(items) = &value else {
            self.fault(key, &shown(&value), "des textes entre crochets, séparés par des virgules");
            return Vec::new();
        };
        let mut paragraphs = Vec::new();
        for item in items {
            match words(item, PARAGRAPH) {
                Ok(text) => paragraphs.push(text),
                Err(expected) => self.fault(key, &shown(item), &expected),
            }
        }
        paragraphs
    }

    fn section<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Section<'_>) -> T) -> Option<T> {
        match self.take(key)? {
            Value::Table(table) => {
                let mut section = Section { name: key, table, known: Vec::new(), faults: self.faults };
                let found = read(&mut section);
                section.end();
                Some(found)
            }
            other => {
                self.fault(key, &shown(&other), &format!("une partie, sous le titre [{key}]"));
                None
            }
        }
    }

    /// Names the keys that nobody knows.
    fn end(mut self) {
        let known = self.known.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        let unknown: Vec<String> = self.table.keys().cloned().collect();
        for key in unknown {
            self.fault(&key, "une clé inconnue", &format!("une de celles-ci, {known}"));
        }
    }
}

fn words(value: &Value, most: usize) -> Result<String, String> {
    let text = value.as_str().ok_or("un texte entre guillemets")?.trim();
    if text.is_empty() {
        return Err("un texte, ou pas de ligne du tout".to_owned());
    }
    if text.chars().count() > most {
        return Err(format!("{most} caractères au plus, il y en a {}", text.chars().count()));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err("un texte sans caractère de commande".to_owned());
    }
    Ok(text.to_owned())
}

/// A value as the file wrote it, or nearly.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Table(_) => "une partie".to_owned(),
        Value::Array(_) => "une liste".to_owned(),
        Value::Boolean(value) => quoted(value),
        Value::Integer(value) => quoted(value),
        Value::Float(value) => quoted(value),
        Value::Datetime(value) => quoted(value),
    }
}

fn quoted(found: impl Display) -> String {
    let found = found.to_string();
    let short: String = found.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let more = if short.chars().count() < found.chars().count() { "…" } else { "" };
    format!("« {short}{more} »")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A folder that goes away with its owner, with a theme in it.
    struct Folder(PathBuf);

    impl Folder {
        fn with(name: &str, theme: &str) -> Folder {
            let folder = std::env::temp_dir().join(format!("maille-theme-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("theme.toml"), theme).unwrap();
            Folder(folder)
        }

        fn read(&self) -> Result<Theme> {
            read(&self.0.join("theme.toml"))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn faults(name: &str, theme: &str) -> String {
        Folder::with(name, theme).read().unwrap_err().to_string()
    }

    #[test]
    fn the_example_is_a_theme() {
        let example = include_str!("../packaging/theme.toml");
        let theme = Folder::with("example", example).read().unwrap();
        assert_eq!(theme.name, "Annuaire du DAC");
        // Every line that the example leaves out is a line that can be written.
        let whole: String = example
            .lines()
            .map(|line| line.strip_prefix('#').filter(|line| !line.starts_with(' ')).unwrap_or(line))
            .fold(String::new(), |whole, line| whole + line + "\n");
        let folder = Folder::with("whole", &whole);
        fs::write(folder.0.join("logo.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
        let theme = folder.read().unwrap();
        assert_eq!(theme.logo.as_ref().unwrap().kind, LogoKind::Svg);
        let contact = theme.contact.unwrap();
        assert!(contact.phone.is_some() && contact.email.is_some() && contact.hours.is_some());
        assert!(theme.accents.is_some() && theme.territory.is_some());
        let legal = theme.legal;
        let said = [
            &legal.publisher,
            &legal.address,
            &legal.director,
            &legal.host,
            &legal.contact,
            &legal.data_contact,
        ];
        assert!(said.iter().all(|said| said.is_some()), "{said:?}");
        assert!(!legal.paragraphs.is_empty());
    }

    #[test]
    fn an_empty_file_is_maille_itself() {
        assert_eq!(Folder::with("empty", "").read().unwrap(), Theme::default());
    }

    #[test]
    fn every_fault_names_the_file_the_key_what_was_found_and_what_was_expected() {
        let said = faults(
            "faults",
            "nom = 3\ncouleur = \"bleu\"\nlogo = \"absent.svg\"\nterritoire = \"\"\nmentions = true\n\
             [contact]\ntelephone = \"12\"\ncourriel = \"a|b\"\nhoraire = \"9 h\"\n[couleurs]\naccent = \"bleu\"\n",
        );
        for line in [
            "theme.toml, nom : trouvé « 3 » ; attendu : un texte entre guillemets",
            "theme.toml, territoire : trouvé «  » ; attendu : un texte, ou pas de ligne du tout",
            "theme.toml, contact.telephone : trouvé « 12 » ; attendu : un numéro de téléphone (01 99 00 00 11)",
            "theme.toml, contact.courriel : trouvé « a|b » ; attendu : une adresse de courriel comme accueil@example.org",
            "theme.toml, contact.nom : trouvé rien ; attendu : le nom de qui répond",
            "theme.toml, contact.horaire : trouvé une clé inconnue ; attendu : une de celles-ci, nom, telephone, courriel, horaires",
            "theme.toml, couleurs.accent : trouvé « bleu » ; attendu : une couleur, # et six chiffres hexadécimaux (#0b4a50)",
            "theme.toml, mentions : trouvé « true » ; attendu : une partie, sous le titre [mentions]",
            "theme.toml, couleur : trouvé une clé inconnue ; attendu : une de celles-ci, nom, description, territoire, logo, contact, couleurs, mentions",
        ] {
            assert!(said.lines().any(|said| said == line), "{line}\nin\n{said}");
        }
        assert!(
            said.contains("theme.toml, logo : trouvé « absent.svg » ; attendu : un fichier lisible"),
            "{said}"
        );
        assert_eq!(said.lines().count(), 11, "a first line, and one for each:\n{said}");
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_refused_with_one_that_can() {
        let said = faults("contrast", "[couleurs]\naccent = \"#e30613\"\n");
        assert!(
            said.contains(
                "couleurs.accent : trouvé « #e30613 » ; attendu : un contraste de 7 pour 1 sur papier clair"
            ),
            "{said}"
        );
        let instead = said.rsplit(' ').next().unwrap();
        assert!(Folder::with("instead", &format!("[couleurs]\naccent = \"{instead}\"\n")).read().is_ok());
        let said = faults("dark", "[couleurs]\naccent = \"#5b1a6b\"\naccent_sombre = \"#5b1a6b\"\n");
        assert!(said.contains("couleurs.accent_sombre") && said.contains("papier sombre"), "{said}");
        let said = faults("half", "[couleurs]\naccent_sombre = \"#8ad3d3\"\n");
        assert!(said.contains("couleurs.accent : trouvé rien"), "{said}");
    }

    #[test]
    fn what_is_no_toml_is_shown_by_its_line() {
        let said = faults("syntax", "nom = \"Annuaire\"\nterritoire = Sud\n");
        assert!(
            said.contains("theme.toml") && said.contains("ligne 2, trouvé « territoire = Sud »"),
            "{said}"
        );
        let absent = read(Path::new("/nowhere/theme.toml")).unwrap_err();
        assert!(absent.to_string().contains("/nowhere/theme.toml"));
    }

    #[test]
    fn a_logo_is_a_small_svg_or_png() {
        let folder = Folder::with("logo", "logo = \"logo\"\n");
        let expects = |bytes: &[u8], kind: Result<LogoKind, &str>| {
            fs::write(folder.0.join("logo"), bytes).unwrap();
            match (folder.read(), kind) {
                (Ok(theme), Ok(kind)) => {
                    assert_eq!(theme.logo.unwrap(), Logo { kind, bytes: bytes.to_vec() });
                }
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                (found, _) => panic!("{found:?}"),
            }
        };
        expects(b"\x89PNG\r\n\x1a\nrest", Ok(LogoKind::Png));
        expects(b"<?xml version=\"1.0\"?>\n<!-- a --><svg></svg>", Ok(LogoKind::Svg));
        expects(b"\xff\xd8\xff\xe0 a photograph", Err("une image SVG ou PNG"));
        expects(b"<html>", Err("une image SVG ou PNG"));
        expects(&vec![b' '; 100_001], Err("100 ko au plus"));
    }
}
