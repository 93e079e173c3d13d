//! The sheet as it was typed, and what is kept of it.

use chrono::NaiveDate;
use maille_domain::Call;
use maille_domain::call::{
    AgeBand, Answer, Channel, Home, LONGEST_TEXT, Refused, Requester, Sheet, SheetText, Subject,
};
use maille_domain::identity::{Found, Known, scan};

use crate::extract::Reader;
use crate::french;
use crate::views::faults::Faults;

/// A sheet as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The search.
    pub q: String,
    /// What is asked.
    pub need: String,
    /// Whatever else.
    pub note: String,
    /// Where the person lives.
    pub home: Option<Home>,
    /// What it is counted under.
    pub subject: Option<Subject>,
    /// How old the person is.
    pub age_band: Option<AgeBand>,
    /// Who asks.
    pub requester: Option<Requester>,
    /// How the request came.
    pub channel: Option<Channel>,
    /// What was answered.
    pub answer: Option<Answer>,
    /// Whether nobody answers the need.
    pub unmet: bool,
    /// Whether whoever calls is to be called back.
    pub recall: bool,
}

/// Something in a text that may tell who a person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tell {
    /// The `id` of the field.
    pub field: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it looks like.
    pub label: &'static str,
    /// The words.
    pub words: String,
}

impl Tell {
    /// In a sentence.
    pub fn sentence(&self) -> String {
        french::typography(&format!("{} : « {} » est peut-être {}.", self.name, self.words, self.label))
    }
}

/// The texts of a sheet: their field, and its name.
const TEXTS: [(&str, &str); 3] = [("q", "Recherche"), ("besoin", "Besoin"), ("note", "Note")];

impl Typed {
    /// As a sheet is shown before anybody types.
    pub fn of(sheet: &Sheet) -> Typed {
        Typed {
            q: sheet.query.as_str().to_owned(),
            need: sheet.need.as_str().to_owned(),
            note: sheet.note.as_str().to_owned(),
            home: sheet.home.clone(),
            subject: sheet.subject,
            age_band: sheet.age_band,
            requester: sheet.requester,
            channel: sheet.channel,
            answer: sheet.answer,
            unmet: sheet.unmet,
            recall: sheet.recall,
        }
    }

    /// That of a call, if there is one.
    pub fn of_call(call: Option<&Call>) -> Typed {
        call.map(|call| Typed::of(&call.sheet)).unwrap_or_default()
    }

    /// Reads a form; what it does not say stays as it was shown.
    pub fn read(sent: &mut Reader, shown: &Sheet, faults: &mut Faults) -> Typed {
        let shown = Typed::of(shown);
        let text = |sent: &mut Reader, name: &str, shown: String| {
            if sent.was_sent(name) { sent.text(name) } else { shown }
        };
        let flag = |sent: &mut Reader, name: &str, shown: bool| {
            if sent.was_sent(name) { sent.text(name) == "oui" } else { shown }
        };
        Typed {
            q: text(sent, "q", shown.q),
            need: text(sent, "besoin", shown.need),
            note: text(sent, "note", shown.note),
            home: code(sent, "domicile", "Lieu de vie", shown.home, faults),
            subject: code(sent, "parcours", "Parcours", shown.subject, faults),
            age_band: code(sent, "age", "Âge", shown.age_band, faults),
            requester: code(sent, "demandeur", "Qui demande", shown.requester, faults),
            channel: code(sent, "canal", "Canal", shown.channel, faults),
            answer: code(sent, "reponse", "Réponse", shown.answer, faults),
            unmet: flag(sent, "non_couvert", shown.unmet),
            recall: flag(sent, "rappeler", shown.recall),
        }
    }

    /// Without what may tell who a person is.
    #[must_use]
    pub fn without(mut self, known: &Known, today: NaiveDate) -> Typed {
        for text in [&mut self.q, &mut self.need, &mut self.note] {
            // What is too long is refused as it is.
            let mut clean = SheetText::clean(text);
            while clean.chars().count() <= LONGEST_TEXT {
                let found = scan(&clean, known, today);
                if found.is_empty() {
                    *text = clean;
                    break;
                }
                // What stood on both sides of what goes may be something together.
                clean = without(&clean, &found);
            }
        }
        self
    }

    /// The sheet it makes of the one that was shown: what differs was said by hand. A text that cannot be kept stays as it was
    /// shown: it is named in `faults`, or, when it tells who a person is, answered.
    pub fn sheet(
        &self,
        shown: &Sheet,
        known: &Known,
        today: NaiveDate,
        faults: &mut Faults,
    ) -> (Sheet, Vec<Tell>) {
        let mut tells = Vec::new();
        let typed = [(&self.q, &shown.query), (&self.need, &shown.need), (&self.note, &shown.note)];
        let [query, need, note] = std::array::from_fn(|at| {
            let ((field, name), (typed, shown)) = (TEXTS[at], typed[at]);
            match SheetText::read(typed, known, today) {
                Ok(text) => return text,
                Err(Refused::Long) => {
                    faults.add(field, format!("{name} : {LONGEST_TEXT} caractères au plus."));
                }
                Err(Refused::Tells(found)) => {
                    let clean = SheetText::clean(typed);
                    tells.extend(found.into_iter().map(|Found { kind, span }| Tell {
                        field,
                        name,
                        label: kind.label(),
                        words: clean.get(span).unwrap_or_default().to_owned(),
                    }));
                }
            }
            shown.clone()
        });
        let mut sheet = Sheet {
            query,
            need,
            note,
            home: self.home.clone(),
            subject: self.subject,
            age_band: self.age_band,
            requester: self.requester,
            channel: self.channel,
            answer: self.answer,
            unmet: self.unmet,
            recall: self.recall,
            ..shown.clone()
        };
        sheet.compare(shown);
        (sheet, tells)
    }
}

/// A value of a list.
fn code<T: std::str::FromStr>(
    sent: &mut Reader,
    field: &'static str,
    name: &str,
    shown: Option<T>,
    faults: &mut Faults,
) -> Option<T> {
    if !sent.was_sent(field) {
        return shown;
    }
    let text = sent.text(field);
    if text.trim().is_empty() {
        return None;
    }
    let value = text.trim().parse().ok();
    if value.is_none() {
        faults.add(field, format!("{name} : choisissez une des réponses proposées."));
        return shown;
    }
    value
}

/// A text without these, and without the spaces they leave.
pub fn without(text: &str, found: &[Found]) -> String {
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for Found { span, .. } in found {
        left.push_str(text.get(at..span.start).unwrap_or_default());
        at = at.max(span.end);
    }
    left.push_str(text.get(at..).unwrap_or_default());
    let lines = left.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n").trim_matches([' ', ',', ';', ':', '\n']).to_owned()
}

#[cfg(test)]
mod tests {
    use maille_domain::call::Part;

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
    }

    fn typed(form: &str, shown: &Sheet) -> (Typed, Faults) {
        let mut faults = Faults::default();
        (Typed::read(&mut Reader::new(form), shown, &mut faults), faults)
    }

    #[test]
    fn what_a_form_does_not_say_stays_and_what_differs_was_said_by_hand() {
        let text = |text: &str| SheetText::kept(text.to_owned());
        let shown =
            Sheet { need: text("aide"), age_band: Some(AgeBand::Older), recall: true, ..Sheet::default() };
        let (typed, mut faults) =
            typed("besoin=aide+au+repas&demandeur=usager&domicile=sans-domicile", &shown);
        let (sheet, tells) = typed.sheet(&shown, &Known::default(), today(), &mut faults);
        assert!(faults.is_empty() && tells.is_empty());
        assert_eq!(
            (sheet.need.as_str(), sheet.age_band, sheet.recall),
            ("aide au repas", Some(AgeBand::Older), true)
        );
        assert_eq!((sheet.requester, sheet.home.clone()), (Some(Requester::Person), Some(Home::Homeless)));
        assert_eq!(sheet.by_hand.into_iter().collect::<Vec<_>>(), [Part::Need, Part::Home]);
    }

    #[test]
    fn what_cannot_be_read_is_named_field_by_field() {
        let (_, faults) = typed("age=200&canal=pigeon&reponse=&parcours=handicap", &Sheet::default());
        let fields: Vec<&str> = faults.all().iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["age", "canal"]);
        let shown = Sheet {
            note: SheetText::kept("seule".to_owned()),
            channel: Some(Channel::Mail),
            ..Sheet::default()
        };
        let (typed, mut faults) =
            typed(&format!("canal=pigeon&demandeur=social&note={}", "x".repeat(1_001)), &shown);
        let (sheet, _) = typed.sheet(&shown, &Known::default(), today(), &mut faults);
        assert!(faults.of("note").is_some());
        assert_eq!((sheet.note.as_str(), sheet.channel), ("seule", Some(Channel::Mail)), "as it was");
        assert_eq!(sheet.requester, Some(Requester::Social), "the rest is taken");
    }

    #[test]
    fn who_a_person_is_is_named_and_taken_out() {
        let (typed, mut faults) =
            typed("q=Mme+Durand,+82+ans&note=seule%0D%0A06+12+34+56+78", &Sheet::default());
        let (sheet, tells) = typed.sheet(&Sheet::default(), &Known::default(), today(), &mut faults);
        assert_eq!(sheet, Sheet::default(), "nothing of it is kept");
        let told: Vec<(&str, &str)> = tells.iter().map(|tell| (tell.field, tell.words.as_str())).collect();
        assert_eq!(told, [("q", "Mme Durand"), ("note", "06 12 34 56 78")]);
        let without = typed.without(&Known::default(), today());
        assert_eq!((without.q.as_str(), without.note.as_str()), ("82 ans", "seule"));
        let (_, tells) = without.sheet(&Sheet::default(), &Known::default(), today(), &mut faults);
        assert_eq!(tells, []);
    }
}
