//! Whom a listing serves. Coverage is not distance: a team 20 km away that serves the commune can help here, a
//! service next door that serves another sector cannot.

pub mod draft;
pub mod extent;

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use maille_territory::france;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::codes::codes;

codes! {
    /// The level at which a coverage was given, narrowest first.
    CoverageLevel {
        Commune = "commune", "Commune";
        Radius = "radius", "Rayon";
        Epci = "epci", "Intercommunalité";
        Territory = "territory", "Territoire de coordination";
        Departement = "departement", "Département";
        Region = "region", "Région";
        National = "national", "National";
        Unknown = "unknown", "Zone non renseignée";
    }
}

/// One part of a coverage, kept at the level it was given. A listing has several, or none: unknown.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Coverage {
    /// A commune or municipal arrondissement, by its current COG code.
    Commune(String),
    /// An EPCI or EPT, by its SIREN.
    Epci(String),
    /// A département, by its code (`92`, `2A`, `974`).
    Departement(String),
    /// A region, by its code (`11`).
    Region(String),
    /// The whole country.
    National,
    /// Kilometres around the listing's sites.
    Radius(f64),
    /// A coordination territory of this directory, by its code.
    Territory(String),
}

/// Why a coverage was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CoverageError {
    /// The level is not one of the format's.
    #[error("commune:CODE, epci:SIREN, departement:CODE, region:CODE, territory:CODE, radius:KM ou national")]
    Level,
    /// The code names no commune, EPCI, département or region of the COG.
    #[error("un code {level} connu du COG 2026")]
    Code {
        /// `commune`, `epci`, `departement` or `region`.
        level: &'static str,
    },
    /// The radius is not a number of kilometres between 0 and 1 000.
    #[error("un rayon en kilomètres, de 0,1 à 1000")]
    Radius,
}

impl Coverage {
    /// The level.
    pub fn level(&self) -> CoverageLevel {
        match self {
            Coverage::Commune(_) => CoverageLevel::Commune,
            Coverage::Epci(_) => CoverageLevel::Epci,
            Coverage::Departement(_) => CoverageLevel::Departement,
            Coverage::Region(_) => CoverageLevel::Region,
            Coverage::National => CoverageLevel::National,
            Coverage::Radius(_) => CoverageLevel::Radius,
            Coverage::Territory(_) => CoverageLevel::Territory,
        }
    }
}

impl FromStr for Coverage {
    type Err = CoverageError;

    /// Reads `commune:92023`, `radius:15`, `national`… A former commune code becomes the current one.
    fn from_str(text: &str) -> Result<Self, CoverageError> {
        let text = text.trim();
        if text == "national" {
            return Ok(Coverage::National);
        }
        let (level, code) = text.split_once(':').ok_or(CoverageError::Level)?;
        let (level, code) = (level.trim(), code.trim());
        match level {
            "commune" => france()
                .current_commune(code)
                .map(|commune| Coverage::Commune(commune.code.to_string()))
                .ok_or(CoverageError::Code { level: "commune" }),
            "epci" => france()
                .epci(code)
                .map(|_| Coverage::Epci(code.to_owned()))
                .ok_or(CoverageError::Code { level: "epci" }),
            "departement" => france()
                .departement(code)
                .map(|_| Coverage::Departement(code.to_owned()))
                .ok_or(CoverageError::Code { level: "departement" }),
            "region" => france()
                .region(code)
                .map(|_| Coverage::Region(code.to_owned()))
                .ok_or(CoverageError::Code { level: "region" }),
            "territory" if !code.is_empty() => Ok(Coverage::Territory(code.to_owned())),
            "radius" => match code.replace(',', ".").parse::<f64>() {
                Ok(km) if (0.1..=1000.0).contains(&km) => Ok(Coverage::Radius(km)),
                _ => Err(CoverageError::Radius),
            },
            _ => Err(CoverageError::Level),
        }
    }
}

impl fmt::Display for Coverage {
    /// Writes the form that [`Coverage::from_str`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Coverage::Commune(code) => write!(f, "commune:{code}"),
            Coverage::Epci(code) => write!(f, "epci:{code}"),
            Coverage::Departement(code) => write!(f, "departement:{code}"),
            Coverage::Region(code) => write!(f, "region:{code}"),
            Coverage::National => f.write_str("national"),
            Coverage::Radius(km) => write!(f, "radius:{km}"),
            Coverage::Territory(code) => write!(f, "territory:{code}"),
        }
    }
}

/// What tells a coverage from another one in eight digits: that of the page that somebody is reading.
pub fn mark(parts: &[Coverage]) -> String {
    let written: Vec<String> = parts.iter().map(ToString::to_string).collect();
    Sha256::digest(written.join("|")).iter().take(4).fold(String::new(), |mut mark, byte| {
        write!(mark, "{byte:02x}").expect("writing to a String cannot fail");
        mark
    })
}

impl Serialize for Coverage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Coverage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::Territory;

    /// Parts, written one after the other.
    pub fn parts(written: &str) -> Vec<Coverage> {
        written.split_whitespace().map(|part| part.parse().unwrap()).collect()
    }

    /// Two territories, one beside the other.
    pub fn territories() -> Vec<Arc<Territory>> {
        let territory = |code: &str, communes: &[&str]| {
            Arc::new(Territory {
                code: code.into(),
                kind: "dac".into(),
                name: code.into(),
                communes: communes.iter().map(|&commune| commune.into()).collect(),
            })
        };
        vec![territory("dac-sud", &["92002", "92007", "92032"]), territory("dac-paris", &["75056"])]
    }

    /// A part of any level, among a few that hold each other or not.
    pub fn any_part() -> impl Strategy<Value = Coverage> {
        let some = parts(
            "commune:92007 commune:92002 commune:31555 commune:75056 commune:75101 commune:75102 epci:243100518 \
             epci:200057966 departement:92 departement:75 region:11 territory:dac-sud territory:dac-paris \
             territory:nulle-part",
        );
        proptest::sample::select(some)
    }

    #[test]
    fn a_mark_tells_coverages_apart() {
        assert_eq!(mark(&parts("commune:92007")).len(), 8);
        assert_ne!(mark(&parts("commune:92007")), mark(&parts("commune:92002")));
        assert_ne!(mark(&[]), mark(&parts("national")));
    }

    #[test]
    fn coverage_keeps_the_level_it_was_given() {
        for written in [
            "commune:92023",
            "epci:200054781",
            "departement:92",
            "region:11",
            "national",
            "radius:15",
            "territory:dac-92-sud",
        ] {
            let coverage: Coverage = written.parse().unwrap_or_else(|error| panic!("{written}: {error}"));
            assert_eq!(coverage.to_string(), written);
        }
    }

    #[test]
    fn a_merged_commune_becomes_the_one_it_joined() {
        // Pierrefitte-sur-Seine joined Saint-Denis on 1 January 2025.
        assert_eq!("commune:93059".parse(), Ok(Coverage::Commune("93066".into())));
    }

    #[test]
    fn unknown_codes_and_levels_are_refused() {
        assert_eq!("commune:92999".parse::<Coverage>(), Err(CoverageError::Code { level: "commune" }));
        assert_eq!("ville:92023".parse::<Coverage>(), Err(CoverageError::Level));
        assert_eq!("radius:-3".parse::<Coverage>(), Err(CoverageError::Radius));
        assert_eq!("92023".parse::<Coverage>(), Err(CoverageError::Level));
    }
}
