//! Prints how long the embedded gazetteer takes to load: `cargo run --release --example load -p maille-territory`.

use std::time::Instant;

use maille_territory::france;

fn main() {
    let start = Instant::now();
    let communes = france().communes().len();
    println!("names and codes: {:.0} ms ({communes} communes and arrondissements)", milliseconds(start));

    let start = Instant::now();
    let somewhere = france().commune_at(48.8566, 2.3522).map_or("nowhere", |commune| &commune.name);
    println!("contours: {:.0} ms (first point: {somewhere})", milliseconds(start));

    for text in [
        "Bagneux",
        "saint-denis",
        "s",
        "75015",
        "Saint Denis de la Réunion",
        "villeneuve la garene",
        "sainte zzzzz",
    ] {
        let start = Instant::now();
        let found = france().find(text, 8);
        let leader = found.places.first().map_or("nothing", |place| &place.name);
        println!("find {text:?}: {:.3} ms ({leader})", milliseconds(start));
    }
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1_000.0
}
