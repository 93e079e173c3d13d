//! Puts the stylesheet, the script, the typeface, the icons and the pictures inside the program, under names that hold their contents' hash.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sha2::{Digest, Sha256};

/// Faces of the typeface: the name in the stylesheet, the file of the package.
const FONTS: [(&str, &str); 2] = [
    ("atkinson-latin.woff2", "atkinson-hyperlegible-next-latin-wght-normal.woff2"),
    ("atkinson-latin-ext.woff2", "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2"),
];

const FONT_FOLDER: &str = "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files";
const ICON_FOLDER: &str = "node_modules/lucide-static/icons";

/// Parts of the stylesheet of every page, in their order.
const STYLES: [&str; 12] = [
    "base",
    "page",
    "form",
    "home",
    "results",
    "sheet",
    "map",
    "selection",
    "report",
    "text",
    "places",
    "media",
];
/// Parts of the stylesheet that the team's pages have besides: it touches no other, and weighs on none.
const TEAM_STYLES: [&str; 13] = [
    "team",
    "duplicates",
    "quality",
    "zone",
    "history",
    "inbox",
    "accounts",
    "edit",
    "trial",
    "desk",
    "reply",
    "calls",
    "activity",
];

/// Pictures of pages for `/aide`; `make pictures` renews them.
const PICTURES: [&str; 3] = ["recherche", "resultat", "fiche"];
/// What the name of a picture taken in the dark ends with.
const DARK: &str = "-sombre";

const ESBUILD: &str = "node_modules/.bin/esbuild";

/// Icons of the interface: the meaning, as templates name it, and the file of Lucide.
const ICONS: [(&str, &str); 26] = [
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
    ("print", "printer"),
    ("report", "flag"),
    ("sources", "quote"),
    ("up", "arrow-up"),
    ("down", "arrow-down"),
    ("copy", "copy"),
    ("home", "house"),
    ("building", "building-2"),
    ("remote", "headset"),
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
    let mut stylesheet = styles(&root, &STYLES);
    stylesheet.push_str(&icons(&root));
    for (name, file) in FONTS {
        let source = root.join(FONT_FOLDER).join(file);
        let served = hashed(name, &read(&source));
        assert!(stylesheet.contains(name), "assets/css does not use {name}");
        stylesheet = stylesheet.replace(name, &served);
        assets.push(Asset { name: served, content_type: "font/woff2", file: source });
    }

    let mut served = |name: &str, stylesheet: &str| {
        let served = hashed(name, stylesheet.as_bytes());
        let file = out.join(name);
        fs::write(&file, stylesheet).expect("OUT_DIR can be written");
        assets.push(Asset { name: served.clone(), content_type: "text/css; charset=utf-8", file });
        served
    };
    let stylesheet_name = served("maille.css", &stylesheet);
    let team_name = served("equipe.css", &styles(&root, &TEAM_STYLES));

    let script_file = script(&root, &out);
    let script_name = hashed("maille.js", &read(&script_file));
    assets.push(Asset {
        name: script_name.clone(),
        content_type: "text/javascript; charset=utf-8",
        file: script_file,
    });

    let mut pictures = String::new();
    for name in PICTURES {
        let [(light, dimensions), (dark, dark_dimensions)] = ["", DARK].map(|scheme| {
            let name = format!("{name}{scheme}.png");
            let file = root.join("assets/help").join(&name);
            let bytes = read(&file);
            let served = hashed(&name, &bytes);
            assets.push(Asset { name: served.clone(), content_type: "image/png", file });
            (served, size(&bytes))
        });
        assert_eq!(dimensions, dark_dimensions, "{name}: one picture, in two schemes");
        let (width, height) = dimensions;
        writeln!(
            pictures,
            "    Picture {{ name: {name:?}, address: \"/assets/{light}\", dark: \"/assets/{dark}\", width: {width}, height: {height} }},"
        )
        .expect("writing to a String cannot fail");
    }

    let mut code = table(&assets, &assets[0].name, [&stylesheet_name, &team_name], &script_name);
    write!(code, "\nstatic PICTURES: [Picture; {}] = [\n{pictures}];\n", PICTURES.len())
        .expect("writing to a String cannot fail");
    fs::write(out.join("assets.rs"), code).expect("OUT_DIR can be written");
}

/// These parts of a stylesheet, one after the other.
fn styles(root: &Path, parts: &[&str]) -> String {
    let part = |part: &&str| {
        let source = root.join("assets/css").join(part).with_extension("css");
        String::from_utf8(read(&source)).expect("stylesheets are written in UTF-8")
    };
    parts.iter().map(part).collect()
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

/// The script, in one file.
fn script(root: &Path, out: &Path) -> PathBuf {
    println!("cargo::rerun-if-changed={}", root.join("script").display());
    let bundle = out.join("maille.js");
    read(&root.join(ESBUILD));
    let built = Command::new(root.join(ESBUILD))
        .arg(root.join("script/main.ts"))
        .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"])
        .arg(format!("--outfile={}", bundle.display()))
        .status();
    assert!(built.is_ok_and(|status| status.success()), "esbuild refuses web/script");
    bundle
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

/// Width and height of a PNG, in pixels: the first chunk begins with them.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.len() > 24 && png.starts_with(b"\x89PNG"), "pictures are PNG files");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

/// Every icon as the shape of a mask: an icon in a page is then a few bytes, of the colour of the words beside it.
fn icons(root: &Path) -> String {
    let mut rules = String::new();
    for (meaning, file) in ICONS {
        let svg = String::from_utf8(read(&root.join(ICON_FOLDER).join(format!("{file}.svg"))))
            .expect("icons are written in UTF-8");
        let start = svg.find("<svg").and_then(|at| svg[at..].find('>').map(|end| at + end + 1));
        let shapes = start.and_then(|start| svg.find("</svg>").map(|end| &svg[start..end]));
        let shapes = shapes.unwrap_or_else(|| panic!("{file}.svg is not an SVG document"));
        let shapes: String = shapes.lines().map(str::trim).collect();
        let drawing = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='black' stroke-width='2' \
             stroke-linecap='round' stroke-linejoin='round'>{}</svg>",
            shapes.replace('"', "'")
        );
        let address = drawing.replace('%', "%25").replace('#', "%23").replace('<', "%3C").replace('>', "%3E");
        writeln!(rules, ".i-{meaning}{{--shape:url(\"data:image/svg+xml,{address}\")}}")
            .expect("writing to a String cannot fail");
    }
    rules
}

fn table(assets: &[Asset], font: &str, [stylesheet, team]: [&str; 2], script: &str) -> String {
    let mut code = format!(
        "/// Address of the stylesheet.\npub const STYLESHEET: &str = \"/assets/{stylesheet}\";\n\
         /// Address of what the team's pages have besides.\npub const TEAM_STYLESHEET: &str = \"/assets/{team}\";\n\
         /// Address of the script.\npub const SCRIPT: &str = \"/assets/{script}\";\n\
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
