//! What a request was understood as, item by item.

use chrono::{DateTime, SecondsFormat, Utc};
use maille_domain::Request;
use maille_domain::hours::time_zone;
use maille_domain::request::Off;

use crate::answer::{By, Interpretation, Span, Understood};
use crate::place::Here;
use crate::understand::Reading;

/// Items chosen apart, then those read in the text that were not chosen too.
fn items(
    chosen: impl Iterator<Item = Understood>,
    read: impl Iterator<Item = Understood>,
) -> Vec<Understood> {
    let mut items: Vec<Understood> = chosen.collect();
    for item in read {
        if items.iter().all(|known| known.code != item.code) {
            items.push(item);
        }
    }
    items
}

/// Items chosen apart, then those read in the text.
pub fn interpretation(
    request: &Request,
    here: Here,
    reading: Reading,
    moment: Option<(DateTime<Utc>, DateTime<Utc>)>,
) -> Interpretation {
    let chosen = |code: &str, label: &str| Understood {
        code: code.to_owned(),
        label: label.to_owned(),
        by: By::Parameter,
        span: None,
    };
    let obeyed = |off: Off| !request.off.contains(&off);
    let age = |years: u8, by: By, span: Span| Understood {
        code: years.to_string(),
        label: if years == 0 {
            "moins d’un an".to_owned()
        } else {
            format!("{years} an{}", if years > 1 { "s" } else { "" })
        },
        by,
        span,
    };
    let time = |(from, until): (DateTime<Utc>, DateTime<Utc>), by: By, span: Span| {
        let departement = here.commune().map(|commune| &*commune.departement);
        let local = |at: DateTime<Utc>| at.with_timezone(&time_zone(departement));
        let mut label = local(from).format("Ouvert le %d/%m/%Y à %H:%M").to_string();
        if until > from {
            label = format!(
                "{} et {}",
                local(from).format("Ouvert le %d/%m/%Y entre %H:%M"),
                local(until).format("%H:%M")
            );
        }
        Understood { code: from.to_rfc3339_opts(SecondsFormat::Secs, true), label, by, span }
    };
    let understood = |code: &str, label: &str, by: By, span: Span| Understood {
        code: code.to_owned(),
        label: label.to_owned(),
        by,
        span,
    };
    let categories = items(
        request
            .categories
            .iter()
            .filter(|_| obeyed(Off::Category))
            .map(|kind| chosen(kind.code(), kind.label())),
        reading.kinds.iter().map(|read| understood(read.kind.code(), read.kind.label(), read.by, read.span)),
    );
    let audience = items(
        request
            .audiences
            .iter()
            .filter(|_| obeyed(Off::Audience))
            .map(|code| chosen(code.code(), code.label())),
        reading
            .audiences
            .iter()
            .map(|read| understood(read.what.code(), read.what.label(), read.by, read.span)),
    );
    let modes = items(
        request.modes.iter().filter(|_| obeyed(Off::Mode)).map(|code| chosen(code.code(), code.label())),
        reading.modes.iter().map(|read| understood(read.what.code(), read.what.label(), read.by, read.span)),
    );
    let asked_age = request.age.filter(|_| obeyed(Off::Age)).map(|years| age(years, By::Parameter, None));
    let asked_time =
        request.open_at.filter(|_| obeyed(Off::Time)).map(|at| time((at, at), By::Parameter, None));
    let read_time = || Some(time(moment?, By::Text, reading.moment.as_ref()?.span));
    Interpretation {
        categories,
        audience,
        age: asked_age.or(reading.age.as_ref().map(|read| age(read.what, read.by, read.span))),
        modes,
        during: request.open_at.filter(|_| obeyed(Off::Time)).map(|at| (at, at)).or(moment),
        time: asked_time.or_else(read_time),
        text: reading.text,
        corrections: reading.corrections,
        place: here.understood,
    }
}
