//! Who may do what: the roles of an account, and what each lets it do. `docs/droits.md` is the same table, for people; a test
//! compares the two with what the server does.

use crate::codes::codes;

codes! {
    /// What an account is for, in a territory or in the whole directory.
    Role {
        Reception = "accueil", "Accueil";
        Facilitator = "animation", "Animation";
        Administrator = "administration", "Administration";
    }
}

codes! {
    /// What one may want to do.
    Act {
        Consult = "consulter", "Consulter l’animation et l’histoire des fiches";
        Answer = "repondre", "Répondre aux appels et voir l’activité de l’accueil";
        Verify = "verifier", "Dire qu’une fiche a été vérifiée";
        Settle = "traiter", "Traiter les signalements et les alertes";
        Correct = "corriger", "Corriger, créer, masquer et rouvrir des fiches";
        Match = "rapprocher", "Décider des doublons";
        Revert = "revenir", "Revenir sur un changement";
        RevertRun = "annuler-import", "Annuler un import entier";
        Territory = "territoires", "Modifier les communes d’un territoire";
        Accounts = "comptes", "Inviter, donner et retirer des droits";
    }
}

impl Role {
    /// Whether this role is for that, where it was given.
    pub const fn may(self, act: Act) -> bool {
        match self {
            Role::Reception => matches!(act, Act::Consult | Act::Answer | Act::Verify),
            Role::Facilitator => !matches!(act, Act::Accounts),
            Role::Administrator => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_the_one_before_it_may() {
        for act in Act::ALL {
            let may: Vec<bool> = Role::ALL.iter().map(|role| role.may(*act)).collect();
            assert!(may.is_sorted(), "{act}");
        }
        assert!(!Role::Reception.may(Act::Correct) && !Role::Facilitator.may(Act::Accounts));
    }
}
