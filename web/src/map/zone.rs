//! A zone that somebody redraws: its communes one by one, each a link that adds it or takes it out.

use maille_territory::{Commune, Point, france};

use super::{Area, Drawing, Figure, Frame, Land, Legend, Marker};
use crate::french;

/// Communes drawn one by one, at most: beyond, the zone is tinted whole.
pub const MOST_COMMUNES: usize = 900;
/// Bytes of addresses on a map, at most: beyond, the lists of the page do what it would.
const MOST_ADDRESSES: usize = 60_000;

/// What a commune is to the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Out of it.
    Out,
    /// In it.
    Held,
    /// In it, by several parts where one would do.
    Twice,
    /// Out of it, and surrounded by it.
    Hole,
    /// In it, if the draft is kept.
    Added,
    /// In it no more, if the draft is kept.
    Removed,
}

/// A commune of the map.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The commune.
    pub commune: &'static Commune,
    /// What it is.
    pub standing: Standing,
    /// Where it is added or taken out, if that may be.
    pub href: Option<String>,
}

/// What the map shows beside the communes.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// What the map is of: `de DAC 92 Sud`.
    pub of: String,
    /// The zone as one land, for what is too large to be shown by commune.
    pub zone: Option<Land>,
    /// A territory in a heavier line, and what it is.
    pub outline: Option<(Land, String)>,
    /// A radius.
    pub circle: Option<(Point, f64)>,
    /// Where the listing is.
    pub site: Option<Marker>,
}

impl Standing {
    fn class(self) -> &'static str {
        match self {
            Standing::Out => "",
            Standing::Held => "held",
            Standing::Twice => "twice",
            Standing::Hole => "hole",
            Standing::Added => "added",
            Standing::Removed => "removed",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Standing::Out => "hors de la zone",
            Standing::Held => "dans la zone",
            Standing::Twice => "dans la zone, dite deux fois",
            Standing::Hole => "trou : entourée par la zone",
            Standing::Added => "ajoutée par le brouillon",
            Standing::Removed => "retirée par le brouillon",
        }
    }

    /// What one does by choosing it.
    fn verb(self) -> &'static str {
        match self {
            Standing::Out | Standing::Hole => "ajouter",
            Standing::Held | Standing::Twice => "retirer",
            Standing::Added | Standing::Removed => "défaire",
        }
    }
}

/// The map of a zone; `None` when no outline is known there.
pub fn of_zone(cells: &[Cell], around: Around) -> Option<Figure> {
    let shown = Land::communes(cells.iter().map(|cell| &*cell.commune.code));
    let land = match &around.zone {
        Some(zone) if cells.is_empty() => zone.clone(),
        _ => shown,
    };
    let frame = Frame::holding(&land, &[])?;
    let addresses: usize = cells.iter().filter_map(|cell| cell.href.as_ref()).map(String::len).sum();
    let linked = addresses > 0 && addresses <= MOST_ADDRESSES;
    let area = |cell: &Cell| {
        let land = Land::communes([&*cell.commune.code]);
        france().bounds([&*cell.commune.code])?;
        let href = cell.href.clone().filter(|_| linked);
        let said = match &href {
            Some(_) => cell.standing.verb(),
            None => cell.standing.meaning(),
        };
        let label = format!("{}, {said}", cell.commune.name);
        Some(Area { land, label, href, class: cell.standing.class(), tabbed: false })
    };
    let mut legend: Vec<Legend> = Vec::new();
    for standing in
        [Standing::Held, Standing::Added, Standing::Removed, Standing::Hole, Standing::Twice, Standing::Out]
    {
        if cells.iter().any(|cell| cell.standing == standing) {
            let mark = if standing == Standing::Out { "area" } else { standing.class() };
            legend.push(Legend { mark, meaning: french::typography(standing.meaning()) });
        }
    }
    let title = format!("Carte de la zone {}", around.of);
    let caption = if linked {
        "Choisissez une commune pour l’ajouter ou la retirer. Les listes de cette page font la même chose."
    } else if cells.is_empty() {
        "La zone est trop grande pour être montrée commune par commune : changez-la par son nom."
    } else if addresses > 0 {
        "Le brouillon est long : ajoutez et retirez des communes par les listes de cette page, ou enregistrez-le."
    } else {
        "Chaque commune, et ce qu’elle est pour la zone."
    };
    let caption = french::typography(caption);
    let mut drawing = Drawing::new("zone", frame, &title, &caption)
        .ground(0)
        .areas(cells.iter().filter_map(area).collect())
        .names(&land);
    if let (Some(zone), true) = (&around.zone, cells.is_empty()) {
        drawing = drawing.tint(zone);
        legend.push(Legend { mark: "tint", meaning: "dans la zone".to_owned() });
    }
    if let Some((land, meaning)) = around.outline {
        drawing = drawing.outline(&land);
        legend.push(Legend { mark: "outline", meaning });
    }
    if let Some((centre, km)) = around.circle {
        drawing = drawing.circle(centre, km);
    }
    if let Some(site) = around.site.filter(|site| drawing.shows(site.point)) {
        drawing = drawing.markers(vec![site]);
        legend.push(Legend { mark: "dot", meaning: "adresse de la fiche".to_owned() });
    }
    Some(Figure { svg: drawing.svg(), caption, legend })
}

#[cfg(test)]
mod tests {
    use super::*;
    use maille_territory::PlaceKind;

    fn cells(departement: &str, href: &str) -> Vec<Cell> {
        let communes = france().communes_of(PlaceKind::Departement, departement).into_iter();
        let cell = |commune| Cell { commune, standing: Standing::Held, href: Some(href.to_owned()) };
        communes.map(cell).collect()
    }

    #[test]
    fn a_large_territory_is_drawn_commune_by_commune_and_stays_light() {
        let all = cells("31", "?vu=12345678&hors=31555#carte-zone");
        assert_eq!(all.len(), 586);
        let figure = of_zone(&all, Around::default()).unwrap();
        assert_eq!(figure.svg.matches("<a href").count(), 586);
        assert!(figure.svg.len() < 180_000, "{} bytes", figure.svg.len());
        let long = of_zone(&cells("31", &"?hors=31555".repeat(30)), Around::default()).unwrap();
        assert!(!long.svg.contains("<a href") && long.svg.len() < 120_000, "{} bytes", long.svg.len());
        assert!(long.caption.starts_with("Le brouillon est long"));
    }

    #[test]
    fn what_each_commune_is_is_drawn_and_said() {
        let mut all = cells("92", "?");
        all[0].standing = Standing::Hole;
        all[1].standing = Standing::Removed;
        let figure = of_zone(&all, Around { of: "de l’essai".into(), ..Around::default() }).unwrap();
        assert!(figure.svg.contains("class=\"area hole\"") && figure.svg.contains("class=\"area removed\""));
        assert_eq!(
            figure.legend.iter().map(|item| item.mark).collect::<Vec<_>>(),
            ["held", "removed", "hole"]
        );
    }
}
