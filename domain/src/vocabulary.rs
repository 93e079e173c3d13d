//! The closed code lists of a listing (`docs/format-csv.md`): whom it is for, how help is given,
//! which care pathway (parcours), who may ask, and whether it is open.

use crate::codes::codes;

pub use crate::codes::UnknownCode;

codes! {
    /// Whom a listing is for.
    Audience {
        Enfants = "enfants", "Enfants";
        Adolescents = "adolescents", "Adolescents";
        Adultes = "adultes", "Adultes";
        PersonnesAgees = "personnes-agees", "Personnes âgées";
        PersonnesHandicapees = "personnes-handicapees", "Personnes handicapées";
        Aidants = "aidants", "Aidants";
        Femmes = "femmes", "Femmes";
        Familles = "familles", "Familles";
        SansDomicile = "sans-domicile", "Personnes sans domicile";
        SansCouvertureMaladie = "sans-couverture-maladie", "Personnes sans couverture maladie";
        Professionnels = "professionnels", "Professionnels";
        Tous = "tous", "Tous publics";
    }
}

codes! {
    /// How help is given.
    Mode {
        Domicile = "domicile", "À domicile";
        SurPlace = "sur-place", "Sur place";
        Etablissement = "etablissement", "En établissement";
        Telephone = "telephone", "Par téléphone";
        Teleconsultation = "teleconsultation", "En téléconsultation";
        Itinerant = "itinerant", "Itinérant";
        Rue = "rue", "Dans la rue";
    }
}

codes! {
    /// The care pathway (parcours) a listing belongs to.
    Theme {
        PersonnesAgees = "personnes-agees", "Personnes âgées";
        SoinsPalliatifs = "soins-palliatifs", "Soins palliatifs";
        VilleHopital = "ville-hopital", "Ville – hôpital";
        MaladiesChroniques = "maladies-chroniques", "Maladies chroniques";
        SanteMentale = "sante-mentale", "Santé mentale";
        Precarite = "precarite", "Précarité";
        Handicap = "handicap", "Handicap";
        EnfancePerinatalite = "enfance-perinatalite", "Enfance et périnatalité";
        Tous = "tous", "Tous les parcours";
    }
}

codes! {
    /// Who may ask a listing for help.
    ReferredBy {
        Medecin = "medecin", "Médecin";
        Professionnel = "professionnel", "Professionnel";
        Personne = "personne", "La personne elle-même";
        Entourage = "entourage", "L’entourage";
        Tous = "tous", "Tout le monde";
    }
}

codes! {
    /// Whether a listing can be called upon. `Ferme` is never found by a search.
    Status {
        Ouvert = "ouvert", "Ouvert";
        FermeTemporairement = "ferme-temporairement", "Fermé temporairement";
        Sature = "sature", "Saturé";
        Ferme = "ferme", "Fermé";
    }
}

codes! {
    /// The sector a category belongs to.
    Sector {
        Coordination = "coordination", "Coordination";
        Sanitaire = "sanitaire", "Sanitaire";
        MedicoSocial = "medico-social", "Médico-social";
        Social = "social", "Social";
    }
}
