//! The listings that somebody may curate, found by what they are called, numbered or dialled, those out of the directory as
//! well.

use chrono::{DateTime, Utc};
use maille_domain::vocabulary::Status;
use maille_domain::{Category, ListingId, Reach};
use maille_territory::fold;

use crate::reach::Bounds;
use crate::{Error, Store};

/// Most words that are looked for.
const MOST_WORDS: usize = 8;
/// Fewest digits that are looked for in phone numbers.
const FEWEST_DIGITS: usize = 4;

/// What is sought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// Words of the name, of the address of its page, of its commune, of its identifiers in its sources; digits of a phone.
    pub text: String,
    /// In which state.
    pub state: Option<State>,
}

/// The states among which listings are sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In the directory, with this status.
    Is(Status),
    /// Out of the directory: hidden, or withdrawn by its sources.
    Out,
    /// Corrected by people.
    Corrected,
}

/// A listing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its identity.
    pub id: ListingId,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub category: Category,
    /// COG code of its commune.
    pub commune: Option<String>,
    /// Its status.
    pub status: Status,
    /// Since when it is out of the directory, if it is.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// How many of its fields people decided.
    pub corrected: u64,
}

impl Store {
    /// The listings within this reach that answer, by name: `most` of them, after the first `skipped`.
    pub async fn seek(
        &self,
        sought: &Sought,
        reach: &Reach,
        skipped: u32,
        most: u32,
    ) -> Result<Vec<Found>, Error> {
        let Bounds { communes, areas } = reach.into();
        let text = sought.text.trim();
        let words: Vec<&str> = text.split_whitespace().take(MOST_WORDS).collect();
        let written: Vec<String> = words.iter().map(|word| pattern(word)).collect();
        // As slugs are made: without accents, and `saint` is what is written.
        let plain: Vec<String> = words.iter().map(|word| pattern(&plain(word))).collect();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let dialled = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+.-()".contains(c));
        let phone = (dialled && digits.len() >= FEWEST_DIGITS)
            .then(|| format!("%{}%", digits.strip_prefix('0').unwrap_or(&digits)));
        let (status, out, corrected) = match sought.state {
            None => (None, None, None),
            Some(State::Is(status)) => (Some(status.code()), Some(false), None),
            Some(State::Out) => (None, Some(true), None),
            Some(State::Corrected) => (None, None, Some(true)),
        };
        let rows = sqlx::query!(
            r#"with shown as (
                   select listing.id, listing.name, listing.slug, listing.category, listing.status, listing.withdrawn_at,
                          (select commune from site where site.listing = listing.id and site.position = 0) as commune,
                          (select count(distinct listing_override.field) from link as own
                           join listing_override on listing_override.listing = own.record
                           where own.listing = listing.id and listing_override.ended_at is null) as corrected
                   from listing join link on link.record = listing.id and not link.merged
                   where ($5::text is null or listing.status = $5)
                       and ($6::boolean is null or (listing.withdrawn_at is not null) = $6)
                       and (exists (select from contact where contact.listing = listing.id and contact.kind = 'phone'
                                        and contact.value like $4)
                            or listing.id::text = $3
                            or not exists (
                                select from unnest($1::text[], $2::text[]) as word (written, plain)
                                where listing.name not ilike word.written and listing.slug not like word.plain
                                    and not exists (
                                        select from link as own where own.listing = listing.id
                                            and (own.source_id ilike word.written or own.source || ':' || own.source_id ilike word.written))))
               )
               select id as "id!", name as "name!", category as "category!", status as "status!", withdrawn_at, commune,
                      corrected as "corrected!"
               from shown
               where ($7::boolean is null or corrected > 0) and ($8::text[] is null or id in (select listing from reached($8, $9)))
               order by name, id offset $10 limit $11"#,
            &written,
            &plain,
            text.to_lowercase(),
            phone,
            status,
            out,
            corrected,
            communes.as_deref(),
            &areas,
            i64::from(skipped),
            i64::from(most)
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter()
            .map(|row| {
                let unknown =
                    |found: String| Error::Inconsistent { table: "listing", row: row.id.to_string(), found };
                Ok(Found {
                    id: ListingId(row.id),
                    category: Category::from_code(&row.category)
                        .ok_or_else(|| unknown(row.category.clone()))?,
                    status: row.status.parse().map_err(|_| unknown(row.status.clone()))?,
                    name: row.name,
                    commune: row.commune,
                    withdrawn_at: row.withdrawn_at,
                    corrected: row.corrected.try_into().unwrap_or(0),
                })
            })
            .collect()
    }
}

/// What holds this text, for `like`.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A word as addresses of pages write it; as it is, when they would leave nothing of it.
fn plain(word: &str) -> String {
    let plain = fold(word).replace(' ', "-");
    if plain.is_empty() { word.to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_looked_for_as_it_is() {
        assert_eq!(pattern("100 %_\\"), "%100 \\%\\_\\\\%");
        assert_eq!((plain("l’Orme"), plain("_")), ("l-orme".to_owned(), "_".to_owned()));
    }
}
