//! The hits of a page, kind by kind when that is asked.

use maille_domain::Category;
use maille_index::answer::{Answer, Hit};

use crate::french;
use crate::parameters::SearchParameters;
use crate::views::hit::HitLine;

/// Hits that follow one another: those of a kind, or all of them under no heading.
#[derive(Debug)]
pub struct Group {
    pub heading: Option<Heading>,
    pub hits: Vec<HitLine>,
}

#[derive(Debug)]
pub struct Heading {
    pub id: String,
    pub label: &'static str,
    pub count: String,
}

/// The groups of a page, in the order of their best hits, which keep their order inside.
pub fn groups(asked: &SearchParameters, answer: &Answer, line: impl Fn(&Hit) -> HitLine) -> Vec<Group> {
    let numbered = (asked.offset + 1..).zip(&answer.hits);
    if !asked.grouped {
        let hits: Vec<HitLine> = numbered.map(|(number, hit)| line(hit).numbered(number)).collect();
        return if hits.is_empty() { Vec::new() } else { vec![Group { heading: None, hits }] };
    }
    let mut kinds: Vec<(Category, Vec<HitLine>)> = Vec::new();
    for (number, hit) in numbered {
        let kind = hit.listing.fields.category;
        let line = line(hit).numbered(number).under_its_kind(2);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, hits)) => hits.push(line),
            None => kinds.push((kind, vec![line])),
        }
    }
    let part = (answer.hits.len() as u64) < answer.total;
    kinds
        .into_iter()
        .map(|(kind, hits)| {
            let count = french::counted(hits.len() as u64, "ressource", "ressources");
            let heading = Heading {
                id: format!("type-{}", kind.code()),
                label: french::kind(kind),
                count: if part { format!("{count} sur cette page") } else { count },
            };
            Group { heading: Some(heading), hits }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::page;

    #[tokio::test]
    async fn hits_are_under_their_kind_in_their_order() {
        let body = page("/recherche?commune=92007&group=category").await.body;
        let at = |text: &str| body.find(text).unwrap_or_else(|| panic!("{text} in {body}"));
        let (kind, name) = (at("<h2 id=\"type-emg\">"), at("<bdi>Équipe mobile de gériatrie Sud 92</bdi>"));
        assert!(kind < name);
        assert!(
            body[..name].ends_with(&body[body[..name].rfind("<h3>").unwrap()..name]),
            "names are one level below"
        );
        assert_eq!(body.matches("<section class=\"group\"").count(), body.matches("<h2 id=\"type-").count());
        assert!(body.contains("Ne plus grouper"));
        // The kind is said once, by the heading.
        let line = &body[name..name + body[name..].find("</li>\n<li class=\"hit\"").unwrap_or(2000)];
        assert!(line.contains("<p class=\"what\">personnes âgées, 75\u{a0}ans et plus"), "{line}");
    }

    #[tokio::test]
    async fn counts_say_that_they_are_those_of_the_page() {
        let grouped = page("/recherche?category=ccas&commune=92002&group=category").await.body;
        assert!(grouped.contains("20\u{a0}ressources sur cette page"));
        assert!(
            grouped.contains("group=category&#38;offset=20")
                || grouped.contains("offset=20&#38;group=category")
        );
        let all = page("/recherche?category=ccas&commune=92002&group=category&limit=100").await.body;
        assert!(all.contains("40\u{a0}ressources</span>"));
        assert_eq!(page("/recherche?group=phone").await.status, 400);
    }
}
