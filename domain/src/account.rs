//! An account: somebody who works on the directory, and how far.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::reach::Reach;
use crate::right::{Act, Role};

/// The identity of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub Uuid);

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for AccountId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(AccountId)
    }
}

/// A role, where it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it lets one do.
    pub role: Role,
    /// Code of the territory; none for the whole directory.
    pub territory: Option<String>,
    /// How far that is.
    pub reach: Reach,
}

impl Held {
    /// Whether whoever reaches that far gives and ends this role. A territory that was withdrawn is nowhere: only who reaches
    /// everything does.
    pub fn is_within(&self, own: &Reach) -> bool {
        match (&self.reach, own) {
            (_, Reach::Everywhere) => true,
            (Reach::Everywhere, Reach::Within(_)) => false,
            (Reach::Within(held), Reach::Within(_)) => !held.communes.is_empty() && self.reach.is_within(own),
        }
    }
}

/// Somebody who works on the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identity.
    pub id: AccountId,
    /// Mail address, in lower case.
    pub email: String,
    /// As history signs what it does.
    pub name: String,
    /// Its roles.
    pub roles: Vec<Held>,
}

impl Account {
    /// How far it may do that; none when it may not at all.
    pub fn reach(&self, act: Act) -> Option<Reach> {
        let reaches = self.roles.iter().filter(|held| held.role.may(act)).map(|held| held.reach.clone());
        reaches.reduce(Reach::and)
    }

    /// Whether it may do that anywhere.
    pub fn may(&self, act: Act) -> bool {
        self.roles.iter().any(|held| held.role.may(act))
    }
}

impl Account {
    /// Whether whoever administers accounts that far has this one among theirs.
    pub fn is_among(&self, own: &Reach) -> bool {
        *own == Reach::Everywhere || self.roles.iter().any(|held| held.is_within(own))
    }

    /// Whether it reaches no further than they do: they may close it, and write to it.
    pub fn is_within(&self, own: &Reach) -> bool {
        self.is_among(own) && self.roles.iter().all(|held| held.is_within(own))
    }

    /// Whether it administers the whole directory.
    pub fn administers_all(&self) -> bool {
        self.roles.iter().any(|held| held.role.may(Act::Accounts) && held.reach == Reach::Everywhere)
    }
}

/// Longest name of an account, in characters.
pub const LONGEST_NAME: usize = 80;

/// Reads the name that history will sign with.
///
/// # Errors
/// What was expected, in French.
pub fn parse_name(typed: &str) -> Result<String, &'static str> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let visible = !name.chars().any(|c| c.is_control() || crate::invisible::is_invisible(c));
    // A letter of another script passes for one of ours.
    let latin = |c: char| c.is_ascii() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    let readable = name.chars().all(|c| !c.is_alphabetic() || latin(c));
    // What history signs with when nobody did it by hand.
    let first = name.split(' ').next().unwrap_or_default().to_lowercase();
    let of_the_program = matches!(first.as_str(), "import" | "maille");
    match name.chars().count() {
        2..=LONGEST_NAME if visible && readable && !of_the_program => Ok(name),
        _ => Err("un prénom et un nom, de 2 à 80 caractères, en lettres latines"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Territory;

    fn held(role: Role, communes: &[&str]) -> Held {
        let communes: Vec<String> = communes.iter().map(|&code| code.to_owned()).collect();
        let territory =
            Territory { code: "t".to_owned(), kind: "dac".to_owned(), name: "T".to_owned(), communes };
        Held { role, territory: Some("t".to_owned()), reach: Reach::of(&[territory], &[]) }
    }

    #[test]
    fn nobody_administers_who_reaches_further() {
        let whole = |role| Held { role, territory: None, reach: Reach::Everywhere };
        let account = |roles: Vec<Held>| Account {
            id: AccountId(Uuid::nil()),
            email: "a@b.fr".to_owned(),
            name: "A B".to_owned(),
            roles,
        };
        let own = held(Role::Administrator, &["92007", "92002"]).reach;
        let colleague = account(vec![held(Role::Administrator, &["92007"])]);
        assert!(colleague.is_within(&own) && !colleague.administers_all());
        let wider = account(vec![held(Role::Reception, &["92007"]), held(Role::Reception, &["31555"])]);
        assert!(wider.is_among(&own) && !wider.is_within(&own), "seen, and left alone");
        let everywhere = account(vec![whole(Role::Administrator)]);
        assert!(!everywhere.is_among(&own) && everywhere.is_within(&Reach::Everywhere));
        assert!(everywhere.administers_all() && !account(vec![whole(Role::Facilitator)]).administers_all());
        for nowhere in [account(vec![]), account(vec![held(Role::Facilitator, &[])])] {
            assert!(!nowhere.is_within(&own) && nowhere.is_within(&Reach::Everywhere));
        }
    }

    #[test]
    fn nobody_signs_for_the_program() {
        assert_eq!(parse_name("  Camille   Durand "), Ok("Camille Durand".to_owned()));
        for admitted in ["Éloïse d’Œuvre-Nguyễn", "Žofia Łódź 2"] {
            assert_eq!(parse_name(admitted).as_deref(), Ok(admitted));
        }
        for refused in [
            "",
            "x",
            "maille",
            "Import ror",
            "Cam\u{202e}ille",
            "C\u{430}mille Durand",
            "Καμίλ",
            &"x".repeat(81),
        ] {
            assert!(parse_name(refused).is_err(), "{refused}");
        }
    }
}
