//! Puts the stylesheet, the typeface and the icons inside the program, under names that hold their contents' hash.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

/// Faces of the typeface: the name in the stylesheet, the file of the package.
const FONTS: [(&str, &str); 2] = [
    ("atkinson-latin.woff2", "atkinson-hyperlegible-next-latin-wght-normal.woff2"),
    ("atkinson-latin-ext.woff2", "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2"),
];

const FONT_FOLDER: &str = "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files";
const ICON_FOLDER: &str = "node_modules/lucide-static/icons";

/// Icons of the interface: the meaning, as templates name it, and the file of Lucide.
const ICONS: [(&str, &str); 17] = [
    ("search", "search"),
    ("place", "map-pin"),
    ("phone", "phone"),
    ("yes", "circle-check"),
    ("no", "circle-minus"),
    ("unknown", "circle-question-mark"),
    ("check", "triangle-alert"),
    ("clock", "clock"),
    ("emergency", "siren"),
    ("remove", "x"),
    ("add", "plus"),
    ("information", "info"),
    ("mail", "mail"),
    ("web", "globe"),
    ("back", "arrow-left"),
    ("previous", "chevron-left"),
    ("next", "chevron-right"),
];

/// One asset as served.
struct Asset {
    name: String,
    content_type: &'static str,
    file: PathBuf,
}

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    println!("cargo::rerun-if-changed=build.rs");

    let mut assets = Vec::new();
    let stylesheet_source = root.join("assets/maille.css");
    let mut stylesheet =
        String::from_utf8(read(&stylesheet_source)).expect("the stylesheet is written in UTF-8");
    for (name, file) in FONTS {
        let source = root.join(FONT_FOLDER).join(file);
        let served = hashed(name, &read(&source));
        assert!(stylesheet.contains(name), "assets/maille.css does not use {name}");
        stylesheet = stylesheet.replace(name, &served);
        assets.push(Asset { name: served, content_type: "font/woff2", file: source });
    }

    let stylesheet_name = hashed("maille.css", stylesheet.as_bytes());
    let stylesheet_file = out.join("maille.css");
    fs::write(&stylesheet_file, &stylesheet).expect("OUT_DIR can be written");
    assets.push(Asset {
        name: stylesheet_name.clone(),
        content_type: "text/css; charset=utf-8",
        file: stylesheet_file,
    });

    fs::write(out.join("icons.svg"), sprite(&root)).expect("OUT_DIR can be written");
    fs::write(out.join("assets.rs"), table(&assets, &assets[0].name, &stylesheet_name))
        .expect("OUT_DIR can be written");
}

/// Reads a file the build depends on, or says how to get it.
fn read(path: &Path) -> Vec<u8> {
    println!("cargo::rerun-if-changed={}", path.display());
    match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            println!(
                "cargo::error=web: {} is missing ({error}); run `make setup`, or `npm ci --prefix web`",
                path.display()
            );
            std::process::exit(1);
        }
    }
}

/// `maille.css` → `maille-1f2e3d4c5b6a.css`.
fn hashed(name: &str, bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes).iter().take(6).fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
        hex
    });
    let (stem, extension) = name.rsplit_once('.').expect("assets have an extension");
    format!("{stem}-{hash}.{extension}")
}

/// Every icon as a `<symbol>`, for `<use href="#i-…">` in the same page.
fn sprite(root: &Path) -> String {
    let mut sprite = String::from(r#"<svg width="0" height="0" class="sprite" aria-hidden="true">"#);
    for (meaning, file) in ICONS {
        let svg = String::from_utf8(read(&root.join(ICON_FOLDER).join(format!("{file}.svg"))))
            .expect("icons are written in UTF-8");
        let start = svg.find("<svg").and_then(|at| svg[at..].find('>').map(|end| at + end + 1));
        let shapes = start.and_then(|start| svg.find("</svg>").map(|end| &svg[start..end]));
        let shapes = shapes.unwrap_or_else(|| panic!("{file}.svg is not an SVG document"));
        let shapes: String = shapes.lines().map(str::trim).collect();
        write!(sprite, r#"<symbol id="i-{meaning}" viewBox="0 0 24 24">{shapes}</symbol>"#)
            .expect("writing to a String cannot fail");
    }
    sprite.push_str("</svg>");
    sprite
}

fn table(assets: &[Asset], font: &str, stylesheet: &str) -> String {
    let mut code = format!(
        "/// Address of the stylesheet.\npub const STYLESHEET: &str = \"/assets/{stylesheet}\";\n\
         /// Address of the face for Latin letters.\npub const FONT: &str = \"/assets/{font}\";\n\n\
         static ASSETS: [Asset; {}] = [\n",
        assets.len()
    );
    for Asset { name, content_type, file } in assets {
        writeln!(
            code,
            "    Asset {{ name: {name:?}, content_type: {content_type:?}, bytes: include_bytes!({:?}) }},",
            file.display().to_string()
        )
        .expect("writing to a String cannot fail");
    }
    code.push_str("];\n");
    code
}
