//! Which format a file looks like, for whoever named another one.

use maille_territory::fold;

use crate::format::Format;
use crate::parts::Parts;

/// Bytes looked at.
const START: usize = 64 * 1024;

/// Words that tell a format, all of which must be among the first bytes; the first row that fits counts.
const SIGNS: [(Format, &[&str]); 24] = [
    (Format::Finess, &["finess;etalab"]),
    (Format::Finess, &["structureet;"]),
    (Format::Finess, &["<fluxfiness"]),
    (Format::Finess, &["\"pmej\""]),
    (Format::RorFhir, &["\"resourcetype\"", "healthcareservice"]),
    (Format::RorFhir, &["\"resourcetype\""]),
    (Format::Geojson, &["\"featurecollection\""]),
    (Format::Geojson, &["\"feature\"", "\"geometry\""]),
    (Format::Soliguide, &["\"lieu_id\""]),
    (Format::Lannuaire, &["\"type_service_local\""]),
    (Format::Lannuaire, &["type_service_local", "plage_ouverture"]),
    (Format::DataInclusion, &["\"zone_eligibilite\""]),
    (Format::DataInclusion, &["\"reseaux_porteurs\""]),
    (Format::DataInclusion, &["structure_id", "thematiques"]),
    (Format::DataInclusion, &["reseaux_porteurs", "date_maj"]),
    (Format::Hsds, &["\"service_at_locations\""]),
    (Format::Hsds, &["\"contents\"", "\"total_items\""]),
    (Format::Hsds, &["\"organization_id\"", "\"status\""]),
    (Format::Hsds, &["organization_id,", "alternate_name"]),
    (Format::Territories, &["code", "kind", "name", "commune"]),
    (Format::Csv, &["id", "name", "category"]),
    (Format::Cpts, &["cpts", "commune"]),
    (Format::Cpts, &["cpts", "communes"]),
    (Format::Cpts, &["cpts", "insee"]),
];

/// The format that the first of these files looks like.
pub(crate) fn looks_like(parts: &Parts) -> Option<Format> {
    let start = parts.beginning(START).ok()?;
    if start.starts_with(b"PK\x03\x04") {
        return Some(Format::Xlsx);
    }
    let text = String::from_utf8_lossy(&start).to_lowercase();
    let first_line = text.lines().next().unwrap_or_default();
    let found = SIGNS.iter().find(|(format, signs)| {
        match format {
            // Tables tell by their header, whose columns are whole words; those of CPTS by words of their columns.
            Format::Territories | Format::Csv => {
                let columns: Vec<&str> = first_line
                    .split([',', ';', '\t'])
                    .map(|column| {
                        column.trim_matches(|c: char| c == '"' || c == '\u{feff}' || c.is_whitespace())
                    })
                    .collect();
                signs.iter().all(|sign| columns.contains(sign))
            }
            Format::Cpts => {
                let words = fold(first_line);
                let table = first_line.contains([',', ';', '\t']) && !first_line.starts_with(['{', '[']);
                table && signs.iter().all(|sign| words.split(' ').any(|word| word == *sign))
            }
            _ => signs.iter().all(|sign| text.contains(sign)),
        }
    });
    found.map(|(format, _)| *format)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{file, shared_parts};

    #[test]
    fn files_are_known_by_their_beginning() {
        for (text, format) in [
            ("id;name;category;phone\n", Some(Format::Csv)),
            ("code,kind,name,commune\n", Some(Format::Territories)),
            ("{\"type\": \"FeatureCollection\"}", Some(Format::Geojson)),
            ("[{\"id\": 1}]", None),
            ("id;cpts;commune\n", Some(Format::Cpts)),
            ("Identifiant;Nom CPTS;Code INSEE\n", Some(Format::Cpts)),
            ("finess,nom_cpts,communes\n", Some(Format::Cpts)),
            ("bonjour", None),
            ("[\"la CPTS, sa commune\"]", None),
        ] {
            assert_eq!(looks_like(&file("x", text)), format, "{text}");
        }
    }

    #[test]
    fn every_sample_is_known() {
        for (name, format) in [
            ("ror/official/HealthcareService-1234564.json", Format::RorFhir),
            ("ror/SYNTHETIC-export/export-part-0003.json", Format::RorFhir),
            ("finess/etalab-cs1100502-extract-20260512.csv", Format::Finess),
            ("finess/flux-standard-cs1400102-etablissements.xml", Format::Finess),
            ("finess/CONVERTED-finess-structures-v1.json", Format::Finess),
            ("data-inclusion/api-page-services_all.json", Format::DataInclusion),
            ("data-inclusion/valideur-dataset.json", Format::DataInclusion),
            ("data-inclusion/valideur-dataset.xlsx", Format::Xlsx),
            ("soliguide/places-test-db-a.json", Format::Soliguide),
            ("lannuaire/bulk-v4-organisme-mairie.json", Format::Lannuaire),
            ("lannuaire/api-explore-v2.1-LAYOUT-EXAMPLE.json", Format::Lannuaire),
            ("hsds/organization_full.json", Format::Hsds),
            ("hsds/service_list.json", Format::Hsds),
            ("hsds/csv/services.csv", Format::Hsds),
        ] {
            let Some(parts) = shared_parts(&[name]) else { return };
            assert_eq!(looks_like(&parts), Some(format), "{name}");
        }
    }
}
