//! A desk: whose calls an account takes and sees.

use maille_territory::{PlaceKind, france};

use crate::account::{Account, AccountId, Held};
use crate::call::Home;
use crate::reach::Reach;
use crate::right::Act;

/// What an account answers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Who answers.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// The roles that let them; that of the whole directory first.
    roles: Vec<Held>,
}

impl Desk {
    /// That of an account; none when it takes no calls.
    pub fn of(account: &Account) -> Option<Desk> {
        let roles: Vec<Held> =
            account.roles.iter().filter(|held| held.role.may(Act::Answer)).cloned().collect();
        let (id, name) = (account.id, account.name.clone());
        (!roles.is_empty()).then_some(Desk { account: id, name, roles })
    }

    /// How far it answers.
    pub fn reach(&self) -> Reach {
        self.roles.iter().map(|held| held.reach.clone()).reduce(Reach::and).unwrap_or_else(Reach::nowhere)
    }

    /// Codes of the territories whose calls it sees; none for those of the whole directory.
    pub fn territories(&self) -> Option<Vec<String>> {
        self.roles.iter().map(|held| held.territory.clone()).collect()
    }

    /// Whether it sees the calls of that territory.
    pub fn sees(&self, territory: Option<&str>) -> bool {
        match (self.territories(), territory) {
            (None, _) => true,
            (Some(own), Some(territory)) => own.iter().any(|code| code == territory),
            (Some(_), None) => false,
        }
    }

    /// The territory that a call about somebody who lives there is counted in; none for a desk of the whole directory.
    pub fn territory(&self, home: Option<&Home>) -> Option<&str> {
        let lives_in =
            |held: &&Held| matches!(home, Some(Home::Commune(code)) if answers_for(&held.reach, code));
        let held = self.roles.iter().find(lives_in).or(self.roles.first())?;
        held.territory.as_deref()
    }

    /// Whether somebody who lives there is answered by another desk.
    pub fn is_outside(&self, home: Option<&Home>) -> bool {
        matches!(home, Some(Home::Commune(code)) if !answers_for(&self.reach(), code))
    }
}

/// Whether whoever lives there is within. A city whose arrondissements are within is so too, and so is an arrondissement of a
/// city that is.
fn answers_for(reach: &Reach, code: &str) -> bool {
    if reach.has_commune(code) {
        return true;
    }
    let city = france().commune(code).and_then(|commune| commune.parent.as_deref());
    let parts = france().communes_of(PlaceKind::Commune, code);
    city.into_iter().chain(parts.iter().map(|part| &*part.code)).any(|code| reach.has_commune(code))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Role, Territory};

    fn desk(roles: &[(Role, Option<&str>, &str)]) -> Option<Desk> {
        let held = |(role, territory, commune): &(Role, Option<&str>, &str)| Held {
            role: *role,
            territory: territory.map(str::to_owned),
            reach: match territory {
                None => Reach::Everywhere,
                Some(code) => {
                    let communes = vec![(*commune).to_owned()];
                    let (kind, name) = ("dac".to_owned(), "DAC".to_owned());
                    Reach::of(&[Territory { code: (*code).to_owned(), kind, name, communes }], &[])
                }
            },
        };
        Desk::of(&Account {
            id: AccountId(Uuid::nil()),
            email: "a@dac.example".to_owned(),
            name: "Alix Morel".to_owned(),
            roles: roles.iter().map(held).collect(),
        })
    }

    #[test]
    fn a_desk_answers_for_its_territories() {
        let lives = |code: &str| Some(Home::Commune(code.to_owned()));
        let two = [(Role::Reception, Some("sud"), "92007"), (Role::Facilitator, Some("nord"), "92036")];
        let two = desk(&two).unwrap();
        assert_eq!(two.territories(), Some(vec!["sud".to_owned(), "nord".to_owned()]));
        assert_eq!(two.territory(lives("92036").as_ref()), Some("nord"));
        assert_eq!(two.territory(None), Some("sud"));
        assert!(two.is_outside(lives("31555").as_ref()) && !two.is_outside(lives("92007").as_ref()));
        assert!(!two.is_outside(Some(&Home::Homeless)) && !two.is_outside(None));
        assert!(two.sees(Some("nord")) && !two.sees(Some("est")) && !two.sees(None));
        let all = desk(&[(Role::Administrator, None, "")]).unwrap();
        assert!(all.sees(Some("est")) && all.sees(None) && !all.is_outside(lives("31555").as_ref()));
        assert_eq!((all.territories(), all.territory(lives("92007").as_ref())), (None, None));
        assert_eq!(desk(&[]), None);
    }

    #[test]
    fn a_city_and_its_arrondissements_are_one_territory() {
        for (communes, home, outside) in [
            (["92007", "92002"], "92007", false),
            (["92007", "92002"], "31555", true),
            (["75101", "75102"], "75056", false),
            (["75101", "75102"], "75103", true),
            (["75056", "92007"], "75103", false),
        ] {
            let first = (Role::Reception, Some("loin"), "31557");
            let own = communes.map(|commune| (Role::Reception, Some("paris"), commune));
            let desk = desk(&[first, own[0], own[1]]).unwrap();
            let lives = Home::Commune(home.to_owned());
            assert_eq!(desk.is_outside(Some(&lives)), outside, "{communes:?} {home}");
            let counted = if outside { "loin" } else { "paris" };
            assert_eq!(desk.territory(Some(&lives)), Some(counted), "{communes:?} {home}");
        }
    }
}
