//! What the page says of itself: its title, and how many answer.

use maille_domain::request::{DEFAULT_LIMIT, Sort};
use maille_index::answer::{Answer, PlaceUnderstood, Serves};

use crate::french;
use crate::parameters::{SearchParameters, place_label, place_said};

/// The heading of the results.
#[derive(Debug)]
pub struct Heading {
    /// `12 ressources pour Bagneux (92)`; when none is for it, that.
    pub title: String,
    /// What is shown all the same.
    pub others: Option<String>,
}

/// What was found, without counting for a place those that do not serve it.
pub fn heading(answer: &Answer, place: Option<&PlaceUnderstood>) -> Heading {
    let count = if answer.total == 0 {
        "Aucune ressource".to_owned()
    } else {
        french::counted(answer.total, "ressource", "ressources")
    };
    let title = |title: String| Heading { title, others: None };
    let Some(place) = place else { return title(count) };
    if place.ambiguous {
        return title(format!("{count}, tous lieux confondus"));
    }
    let label = place_said(&place.place);
    if answer.answered || answer.total == 0 {
        return title(format!("{count} pour {label}"));
    }
    let any = |serves: Serves| answer.hits.iter().any(|hit| hit.serves == serves);
    // Those that serve it are closed; of those that say nothing, nobody knows.
    let open = if any(Serves::Yes) { " ouverte" } else { "" };
    let covers = if any(Serves::Unknown) { "ne dit couvrir" } else { "ne couvre" };
    let where_they_are = match (any(Serves::No), any(Serves::Yes) || any(Serves::Unknown)) {
        (true, false) => " ailleurs",
        (true, true) => " ailleurs ou à vérifier",
        (false, _) => " à vérifier",
    };
    Heading {
        title: format!("Aucune ressource{open} {covers} {label}"),
        others: Some(format!("{count}{where_they_are}")),
    }
}

/// The title of the page: the question when there is one to answer first, what was asked, which page and order.
pub fn page_title(asked: &SearchParameters, place: Option<&PlaceUnderstood>) -> String {
    let need: String = asked.q.chars().take(60).collect();
    let need = Some(need.trim().to_owned()).filter(|need| !need.is_empty());
    let kind = asked.categories.first().map(|category| french::kind(*category).to_owned());
    let need = need.or(kind);
    let page = asked.offset / asked.limit.unwrap_or(DEFAULT_LIMIT) + 1;
    let page = (page > 1).then(|| format!("page {}", french::number(page as u64)));
    let order = asked.sort.filter(|&sort| sort != Sort::Relevance);
    let order = order.map(|sort| format!("par {}", french::lower_first(sort.label())));
    let (question, place) = match place {
        Some(place) if place.ambiguous => (Some(format!("Quel {}\u{202f}?", place.place.name)), None),
        place => (None, place.map(|place| place_label(&place.place))),
    };
    let name = question.is_none().then(|| "Recherche".to_owned());
    let parts: Vec<String> = [question, need, place, page, order, name].into_iter().flatten().collect();
    parts.join(" – ")
}

#[cfg(test)]
mod tests {
    use crate::testing::page;

    fn between<'a>(body: &'a str, start: &str, end: &str) -> &'a str {
        let rest = body.split_once(start).unwrap_or_else(|| panic!("{start} in {body}")).1;
        rest.split_once(end).unwrap().0
    }

    #[tokio::test]
    async fn what_does_not_serve_the_place_is_not_counted_for_it() {
        let body = page("/recherche?q=emg&commune=29019").await.body;
        assert_eq!(between(&body, "<h1 id=\"resultats\">", "</h1>"), "Aucune ressource ne couvre Brest (29)");
        let others = between(&body, "<h2 class=\"others\">", "</h2>");
        assert!(others.ends_with("\u{a0}ressource ailleurs"), "{others}");
        let here = page("/recherche?q=emg&commune=92007").await.body;
        assert!(!here.contains("class=\"others\"") && here.contains("pour Bagneux (92)</h1>"));
    }

    #[tokio::test]
    async fn titles_tell_the_question_the_page_and_the_order() {
        for (query, title) in [
            ("q=ccas&commune=Saint-Denis", "Quel Saint-Denis\u{202f}? – ccas – "),
            ("category=ccas&commune=92002&offset=20", "– Antony (92) – page 2 – Recherche – "),
            (
                "category=ccas&commune=92002&sort=verified",
                "– Antony (92) – par dernière vérification – Recherche",
            ),
            ("q=aide&sort=relevance", "aide – Recherche – "),
        ] {
            let body = page(&format!("/recherche?{query}")).await.body;
            let found = between(&body, "<title>", "</title>");
            assert!(found.contains(title), "{found}");
        }
    }
}
