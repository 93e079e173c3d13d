//! Drawings are well-formed, harmless, light, and say what they show.

use proptest::prelude::*;
use quick_xml::events::Event;

use super::*;
use crate::testing::HOSTILE;

/// Reads the whole of it; panics where XML is not well formed. Gives its texts.
fn read(svg: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(svg);
    reader.config_mut().check_end_names = true;
    let mut texts = Vec::new();
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {svg}")) {
            Event::Start(tag) => {
                depth += 1;
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap();
                    assert!(!attribute.key.as_ref().starts_with("on") && attribute.key.as_ref() != "style");
                }
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => texts.push(text.to_string()),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "an element is not closed");
    texts
}

fn marker(lat: f64, lon: f64, name: &str, number: Option<usize>) -> Marker {
    Marker { point: Point { lat, lon }, name: name.to_owned(), number, href: None }
}

fn of(codes: &[&str]) -> (Land, Drawing) {
    let land = Land::communes(codes.iter().copied());
    let drawing = Drawing::new("essai", Frame::around(&land).unwrap(), "Titre", "Description");
    (land, drawing)
}

#[test]
fn a_small_drawing() {
    let (land, drawing) = of(&["92002", "92007", "92023", "92071"]);
    let drawing = drawing
        .outline(&land)
        .tint(&Land::communes(["92007", "92023"]))
        .place(&Land::communes(["92007"]))
        .names(&Land::communes(["92007"]))
        .markers(vec![
            marker(48.8012, 2.2628, "Équipe mobile", Some(1)),
            marker(48.7980, 2.3090, "DAC", Some(2)),
            marker(48.7981, 2.3091, "CLIC", Some(3)),
        ]);
    let svg = drawing.svg();
    read(&svg);
    insta::assert_snapshot!(svg.replace("><", ">\n<"));
}

#[test]
fn discs_say_numbers_then_how_many() {
    let (_, drawing) = of(&["92007"]);
    let at_one_point = |numbers: &[usize]| {
        let markers = numbers.iter().map(|number| marker(48.798, 2.309, "x", Some(*number))).collect();
        drawing.clone().markers(markers).svg()
    };
    assert!(at_one_point(&[7]).contains(">7</text>"));
    assert!(at_one_point(&[5, 8]).contains(">5 et 8</text>"));
    assert!(at_one_point(&[2, 5, 9, 12]).contains(">4 fiches</text>"));
    let unnumbered = vec![marker(48.798, 2.309, "x", None); 12];
    let svg = drawing.clone().markers(unnumbered).svg();
    assert!(svg.contains(">12</text>") && svg.contains("et 4 autres</title>"), "{svg}");
}

#[test]
fn what_is_outside_is_counted_not_drawn() {
    let (_, drawing) = of(&["92007"]);
    let drawing = drawing
        .markers(vec![marker(43.6, 1.44, "Toulouse", Some(1)), marker(-21.0, 55.4, "Saint-Denis", Some(2))]);
    assert_eq!(drawing.outside(), 2);
    assert!(!drawing.svg().contains("Toulouse"));
}

#[test]
fn links_make_a_group_and_have_names() {
    let (land, drawing) = of(&["92002", "92007"]);
    let area = Area {
        land,
        label: HOSTILE.into(),
        href: Some("/carte?a=1&b=\"2".into()),
        class: "chosen",
        tabbed: true,
    };
    let svg = drawing.areas(vec![area]).svg();
    read(&svg);
    assert!(
        svg.contains("role=\"group\"")
            && svg.contains("href=\"/carte?a=1&amp;b=&quot;2\" aria-label=\"&lt;script")
    );
    assert!(!svg.contains("role=\"img\"") && !svg.contains("<script"));
}

#[test]
fn every_part_of_the_country_is_drawn() {
    for land in [
        Land::france(),
        Land::region("94"),
        Land::departement("31"),
        Land::departement("973"),
        Land::communes(["75056"]),
    ] {
        let drawing = Drawing::new("x", Frame::around(&land).unwrap(), "Titre", "Description");
        let svg = drawing.ground(150).tint(&land).names(&land).svg();
        read(&svg);
        assert!(svg.contains("class=\"tint\"") && svg.contains("<text"), "{svg}");
        assert!(svg.len() < 15_000, "{} bytes for {land:?}", svg.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_well_formed_and_stays_text(name in any::<String>(), title in "[ -~]{0,40}") {
        let (land, drawing) = of(&["92007"]);
        let area = Area { land, label: name.clone(), href: Some(name.clone()), class: "", tabbed: true };
        let drawing = drawing
            .described(&name)
            .areas(vec![area])
            .label(Point { lat: 48.79, lon: 2.31 }, &name)
            .markers(vec![marker(48.798, 2.309, &title, Some(1))]);
        let texts = read(&drawing.svg());
        let turned = texts.iter().any(|text| text.contains('\u{202e}'));
        prop_assert!(!turned);
    }
}

#[test]
fn hostile_and_endless_names_are_harmless() {
    let endless = "Anticonstitutionnellement".repeat(400);
    let (_, drawing) = of(&["92007"]);
    for name in [HOSTILE, &endless, "\u{202e}\u{2066}\u{0}\u{ffff}]]>--><!--"] {
        let drawing = drawing.clone().markers(vec![marker(48.798, 2.309, name, None)]);
        let svg = drawing.label(Point { lat: 48.79, lon: 2.31 }, name).svg();
        read(&svg);
        assert!(
            svg.len() < 3_000 && !svg.contains(['\u{202e}', '\u{2066}']) && !svg.contains("<script"),
            "{svg}"
        );
    }
}
