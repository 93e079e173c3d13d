//! Opening hours as people write them in French: `lundi au vendredi 9h-12h et 14h-17h, samedi 9h-12h, fermé le dimanche`. What
//! is not understood is refused, never guessed; a day of which two things are said, too.

use std::fmt::Write as _;

/// The months, as `opening_hours` writes them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

use super::{Hours, LONGEST};

/// The days of a week, Monday first, then public holidays.
const CODES: [&str; 8] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH"];
const HOLIDAYS: usize = 7;
/// A day, in minutes.
const DAY: u16 = 24 * 60;

/// Ways of writing that are many words, and the one word that stands for them.
const PHRASES: [(&str, &str); 19] = [
    ("24 heures sur 24", "toujours"),
    ("24h sur 24", "toujours"),
    ("24 h sur 24", "toujours"),
    ("24h/24", "toujours"),
    ("24 h/24", "toujours"),
    ("24 h / 24", "toujours"),
    ("24/24", "toujours"),
    ("24/7", "toujours"),
    ("7 jours sur 7", "quotidien"),
    ("7j sur 7", "quotidien"),
    ("7j/7", "quotidien"),
    ("7 j/7", "quotidien"),
    ("7/7", "quotidien"),
    ("tous les jours", "quotidien"),
    ("week-end", "weekend"),
    ("jours feries", "feries"),
    ("jour ferie", "feries"),
    ("sur rendez-vous", "rendezvous"),
    ("sur rdv", "rendezvous"),
];

/// Reads hours written in French, or in the syntax of `opening_hours`.
///
/// # Errors
/// The words that were not understood, to follow « dans ».
pub fn read(text: &str) -> Result<Hours, String> {
    if let Ok(hours) = text.parse() {
        return Ok(hours);
    }
    if text.len() > LONGEST {
        return Err(quoted(text));
    }
    let (plain, origins) = plain(text);
    // What is quoted is what was typed, from there to the end of the sentence.
    let typed = |from: usize, to: usize| {
        let at = |at: usize| origins.get(at).copied().unwrap_or(text.len());
        quoted(text[at(from)..at(to)].trim())
    };
    let (words, starts) = words(&plain).map_err(|at| match unsaid(&plain[at..]) {
        Some(advice) => format!("{}, {advice}", typed(at, plain.len())),
        None => typed(at, plain.len()),
    })?;
    let mut week = Week::default();
    let mut reader = Reader { words: &words, at: 0 };
    while reader.skip_breaks() {
        let start = reader.at;
        if reader.rule_of(&mut week).is_none() {
            let end = (start..words.len()).find(|at| words[*at] == Word::Break);
            let end = end.map_or(plain.len(), |end| starts[end]);
            let found = typed(starts[start], end);
            return Err(match words[start..] {
                [Word::OnAppointment] => format!("{found}, sans jours ni heures"),
                _ => found,
            });
        }
    }
    if week.is_never_open() {
        return Err(quoted(text.trim()));
    }
    week.written().parse().map_err(|_| quoted(text.trim()))
}

/// What to write instead of words that say no hours.
fn unsaid(rest: &str) -> Option<&'static str> {
    let part = ["matin", "apres-midi", "apres midi", "soir", "journee"];
    part.iter()
        .any(|part| rest.starts_with(part))
        .then_some("sans heures : écrivez de quelle heure à quelle heure")
}

fn quoted(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    let more = if text.chars().count() > 60 { "…" } else { "" };
    format!("« {short}{more} »")
}

/// Lower case, no accents, one kind of dash, one space; and where in the text each byte of it comes from.
fn plain(text: &str) -> (String, Vec<usize>) {
    let mut plain = String::with_capacity(text.len());
    let mut origins = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices().flat_map(|(at, c)| c.to_lowercase().map(move |c| (at, c))) {
        let c = match c {
            'é' | 'è' | 'ê' => 'e',
            'à' | 'â' => 'a',
            'û' | 'ù' => 'u',
            '–' | '—' | '‑' | '−' => '-',
            '\n' | '\r' => ';',
            '.' | '(' | ')' => ' ',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if c != ' ' || !(plain.is_empty() || plain.ends_with(' ')) {
            plain.push(c);
            origins.resize(plain.len(), at);
        }
    }
    for (phrase, word) in PHRASES {
        while let Some(at) = plain.find(phrase) {
            let end = at + phrase.len();
            let origin = origins[at];
            plain.replace_range(at..end, word);
            origins.splice(at..end, std::iter::repeat_n(origin, word.len()));
        }
    }
    (plain, origins)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// A day of the week, or public holidays.
    Day(usize),
    /// All of them but holidays.
    Daily,
    /// Saturday and Sunday.
    Weekend,
    /// A time, in minutes.
    Time(u16),
    /// A number of hours that is not said to be one: `9-12h`.
    Number(u16),
    /// From this to that.
    To,
    /// One more.
    And,
    /// What comes before days and times, and says nothing.
    Small,
    Closed,
    Except,
    Always,
    OnAppointment,
    /// A month, from 0.
    Month(usize),
    Colon,
    Break,
}

/// What is read, one word after the other, and where each begins.
///
/// # Errors
/// Where what is no word begins.
fn words(plain: &str) -> Result<(Vec<Word>, Vec<usize>), usize> {
    let (mut words, mut starts) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(first) = plain[at..].chars().next() {
        let rest = &plain[at..];
        let mut length = first.len_utf8();
        let word = if first.is_ascii_digit() {
            let (word, read) = clock(rest).ok_or(at)?;
            length = read;
            Some(word)
        } else if first.is_ascii_alphabetic() {
            length = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            match &rest[..length] {
                // « d’ » and « l’ », and « jusqu’à ».
                "d" | "l" => Some(Word::Small),
                "jusqu" => None,
                word => Some(of(word).ok_or(at)?),
            }
        } else {
            match first {
                '-' => Some(Word::To),
                ',' | '/' | '+' | '&' => Some(Word::And),
                ';' => Some(Word::Break),
                ':' => Some(Word::Colon),
                ' ' | '\'' | '’' => None,
                _ => return Err(at),
            }
        };
        if let Some(word) = word {
            words.push(word);
            starts.push(at);
        }
        at += length;
    }
    Ok((words, starts))
}

fn of(word: &str) -> Option<Word> {
    Some(match word {
        "lundi" | "lundis" | "lun" => Word::Day(0),
        "mardi" | "mardis" => Word::Day(1),
        "mercredi" | "mercredis" | "mer" => Word::Day(2),
        "jeudi" | "jeudis" | "jeu" => Word::Day(3),
        "vendredi" | "vendredis" | "ven" => Word::Day(4),
        "samedi" | "samedis" | "sam" => Word::Day(5),
        "dimanche" | "dimanches" | "dim" => Word::Day(6),
        "feries" | "ferie" => Word::Day(HOLIDAYS),
        "quotidien" => Word::Daily,
        "weekend" => Word::Weekend,
        "midi" => Word::Time(12 * 60),
        "minuit" => Word::Time(DAY),
        "au" | "a" => Word::To,
        "et" | "puis" => Word::And,
        "du" | "de" | "le" | "les" | "des" | "chaque" | "en" | "ouvert" | "ouverte" => Word::Small,
        "ferme" | "fermee" | "fermes" => Word::Closed,
        "sauf" => Word::Except,
        "toujours" => Word::Always,
        "rendezvous" => Word::OnAppointment,
        "janvier" => Word::Month(0),
        "fevrier" => Word::Month(1),
        "mars" => Word::Month(2),
        "avril" => Word::Month(3),
        "mai" => Word::Month(4),
        "juin" => Word::Month(5),
        "juillet" => Word::Month(6),
        "aout" => Word::Month(7),
        "septembre" => Word::Month(8),
        "octobre" => Word::Month(9),
        "novembre" => Word::Month(10),
        "decembre" => Word::Month(11),
        _ => return None,
    })
}

/// A time at the beginning of a text, and its length there: `9h`, `9 h 30`, `09:00`, `9`.
fn clock(text: &str) -> Option<(Word, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let hours: u16 = text[..digits].parse().ok().filter(|hours| *hours <= 24)?;
    let two = |rest: &str| -> Option<u16> {
        let minutes = rest.get(..2).filter(|two| two.bytes().all(|c| c.is_ascii_digit()))?;
        let minutes: u16 = minutes.parse().ok()?;
        // `9h 12h` is two times.
        let more = rest[2..].trim_start();
        let alone = !more.starts_with(|c: char| c.is_ascii_digit() || matches!(c, ':' | 'h'));
        (minutes < 60 && alone).then_some(minutes)
    };
    let at = |minutes: u16, length| {
        let time = hours * 60 + minutes;
        (time <= DAY).then_some((Word::Time(time), length))
    };
    let rest = &text[digits..];
    if let Some(minutes) = rest.strip_prefix(':').and_then(two) {
        return at(minutes, digits + 3);
    }
    let spaced = rest.trim_start();
    let unit = ["heures", "heure", "h"].into_iter().find(|unit| {
        let after = spaced.strip_prefix(unit).map(|after| after.chars().next());
        after.is_some_and(|after| after.is_none_or(|c| !c.is_ascii_alphabetic()))
    });
    let Some(unit) = unit else { return Some((Word::Number(hours), digits)) };
    let after = digits + (rest.len() - spaced.len()) + unit.len();
    let follows = text[after..].trim_start();
    match two(follows) {
        Some(minutes) => at(minutes, text.len() - follows.len() + 2),
        None if follows.len() == text.len() - after && follows.starts_with(|c: char| c.is_ascii_digit()) => {
            None
        }
        None => at(0, after),
    }
}

/// What is said of some days.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    /// From and to, in minutes; none: closed.
    spans: Vec<(u16, u16)>,
    on_appointment: bool,
}

struct Reader<'a> {
    words: &'a [Word],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<Word> {
        self.words.get(self.at).copied()
    }

    fn take(&mut self, wanted: Word) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn skip_small(&mut self) {
        while self.take(Word::Small) {}
    }

    /// Whether there is more.
    fn skip_breaks(&mut self) -> bool {
        while matches!(self.peek(), Some(Word::Break | Word::And)) {
            self.at += 1;
        }
        self.peek().is_some()
    }

    /// Reads a rule into the week: days and their hours, what is left out of them, months that are closed.
    fn rule_of(&mut self, week: &mut Week) -> Option<()> {
        self.skip_small();
        let start = self.at;
        match self.peek()? {
            // « …, sauf le mercredi », after hours.
            Word::Except => {
                self.at += 1;
                let days = self.days()?;
                week.leave_out(&days)
            }
            // « fermé en août », after hours.
            Word::Closed if self.closes_months() => {
                self.at += 1;
                loop {
                    self.skip_small();
                    let Some(Word::Month(month)) = self.peek() else { return None };
                    self.at += 1;
                    week.closed[month] = true;
                    let before = self.at;
                    self.take(Word::And);
                    self.skip_small();
                    if !matches!(self.peek(), Some(Word::Month(_))) {
                        self.at = before;
                        return Some(());
                    }
                }
            }
            // « fermé le week-end, ouvert de 8 h à 20 h ».
            Word::Time(_) | Word::Number(_) => {
                let days = week.left_by_closings()?;
                let said = self.said()?;
                week.say(&days, &said)
            }
            _ => {
                self.at = start;
                let (days, said) = self.rule()?;
                week.say(&days, &said)
            }
        }
    }

    /// Whether months follow « fermé ».
    fn closes_months(&self) -> bool {
        let mut after = self.words[self.at + 1..].iter().skip_while(|word| **word == Word::Small);
        matches!(after.next(), Some(Word::Month(_)))
    }

    /// Days and what is said of them, in either order: `lundi 9h-12h`, `fermé le dimanche`.
    fn rule(&mut self) -> Option<(Vec<usize>, Said)> {
        self.skip_small();
        match self.peek()? {
            Word::Closed => {
                self.at += 1;
                Some((self.days()?, Said { spans: Vec::new(), on_appointment: false }))
            }
            // « 24 h/24 », and « 24 h/24, 7 j/7 ».
            Word::Always => {
                let said = self.said()?;
                let before = self.at;
                while matches!(self.peek(), Some(Word::And | Word::Break)) {
                    self.at += 1;
                }
                self.skip_small();
                if self.peek() == Some(Word::Daily) {
                    return Some((self.days()?, said));
                }
                self.at = before;
                Some(((0..HOLIDAYS).collect(), said))
            }
            _ => {
                let days = self.days()?;
                self.take(Word::Colon);
                self.take(Word::And);
                Some((days, self.said()?))
            }
        }
    }

    fn days(&mut self) -> Option<Vec<usize>> {
        let mut days = Vec::new();
        loop {
            days.extend(self.some_days()?);
            let before = self.at;
            // « et » may also begin what is said of other days: days follow it here, before any time.
            if !self.take(Word::And) {
                break;
            }
            self.skip_small();
            if !matches!(self.peek(), Some(Word::Day(_) | Word::Daily | Word::Weekend)) {
                self.at = before;
                break;
            }
        }
        if self.take(Word::Except) {
            let without = self.days()?;
            if without.iter().any(|day| *day != HOLIDAYS && !days.contains(day)) {
                return None;
            }
            days.retain(|day| !without.contains(day));
        }
        let each_once = (1..days.len()).all(|at| !days[..at].contains(&days[at]));
        (each_once && !days.is_empty()).then_some(days)
    }

    fn some_days(&mut self) -> Option<Vec<usize>> {
        self.skip_small();
        let first = match self.peek()? {
            Word::Daily => {
                self.at += 1;
                return Some((0..HOLIDAYS).collect());
            }
            Word::Weekend => {
                self.at += 1;
                return Some(vec![5, 6]);
            }
            Word::Day(day) => day,
            _ => return None,
        };
        self.at += 1;
        if !self.take(Word::To) {
            return Some(vec![first]);
        }
        self.skip_small();
        let Some(Word::Day(last)) = self.peek() else { return None };
        self.at += 1;
        if first == HOLIDAYS || last == HOLIDAYS || first == last {
            return None;
        }
        let length = (last + 7 - first) % 7;
        Some((0..=length).map(|after| (first + after) % 7).collect())
    }

    fn said(&mut self) -> Option<Said> {
        self.skip_small();
        if self.take(Word::Closed) {
            return Some(Said { spans: Vec::new(), on_appointment: false });
        }
        let mut spans = Vec::new();
        if self.take(Word::Always) {
            spans.push((0, DAY));
        } else {
            loop {
                spans.push(self.span()?);
                let before = self.at;
                self.take(Word::And);
                self.skip_small();
                if !matches!(self.peek(), Some(Word::Time(_) | Word::Number(_))) {
                    self.at = before;
                    break;
                }
            }
        }
        let before = self.at;
        self.take(Word::And);
        let on_appointment = self.take(Word::OnAppointment);
        if !on_appointment {
            self.at = before;
        }
        // Two openings in the order of the day, and apart.
        let apart = spans.windows(2).all(|two| two[0].1 < two[1].0);
        apart.then_some(Said { spans, on_appointment })
    }

    /// `9h-12h`, `de 9 h à 12 h`, `9-12h`: of two numbers, one at least is said to be hours.
    fn span(&mut self) -> Option<(u16, u16)> {
        let from = self.peek()?;
        self.at += 1;
        if !self.take(Word::To) {
            return None;
        }
        let to = self.peek()?;
        self.at += 1;
        let (from, to) = match (from, to) {
            (Word::Time(from), Word::Time(to)) => (from % DAY, to),
            (Word::Number(from), Word::Time(to)) => (from * 60 % DAY, to),
            _ => return None,
        };
        let to = if to == 0 { DAY } else { to };
        match to.cmp(&from) {
            std::cmp::Ordering::Greater => Some((from, to)),
            std::cmp::Ordering::Less => Some((from, to + DAY)),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// What is said of each day, and the months that are closed.
#[derive(Default)]
struct Week {
    days: [Option<Said>; 8],
    closed: [bool; 12],
}

impl Week {
    /// Says something of some days. That a day is closed may follow what was said of a range; else it is said once.
    fn say(&mut self, days: &[usize], said: &Said) -> Option<()> {
        for day in days {
            let again = self.days[*day].as_ref().is_some_and(|before| before != said);
            if again && !said.spans.is_empty() {
                return None;
            }
            self.days[*day] = Some(said.clone());
        }
        Some(())
    }

    /// Takes days out of those that are open; a holiday is closed then.
    fn leave_out(&mut self, days: &[usize]) -> Option<()> {
        if self.is_never_open() {
            return None;
        }
        for day in days {
            if *day == HOLIDAYS {
                self.days[HOLIDAYS] = Some(Said { spans: Vec::new(), on_appointment: false });
            } else {
                self.days[*day].take().filter(|said| !said.spans.is_empty())?;
            }
        }
        Some(())
    }

    /// The days of which nothing is said, when the others were said closed and nothing else was.
    fn left_by_closings(&self) -> Option<Vec<usize>> {
        let mut said = self.days[..HOLIDAYS].iter().flatten();
        let closings = said.clone().next().is_some() && said.all(|said| said.spans.is_empty());
        let left: Vec<usize> = (0..HOLIDAYS).filter(|day| self.days[*day].is_none()).collect();
        (closings && !left.is_empty()).then_some(left)
    }

    /// Whether months are closed, or days left out, of hours that nothing says.
    fn is_never_open(&self) -> bool {
        let open = self.days.iter().flatten().any(|said| !said.spans.is_empty());
        !open && (self.closed.contains(&true) || self.days.iter().all(Option::is_none))
    }

    /// In the syntax of `opening_hours`; days that share their hours are one rule.
    fn written(&self) -> String {
        let mut rules: Vec<String> = Vec::new();
        let mut done = [false; 8];
        for (day, said) in self.days.iter().enumerate() {
            let Some(said) = said.as_ref().filter(|_| !done[day]) else { continue };
            let alike: Vec<usize> =
                (day..8).filter(|other| self.days[*other].as_ref() == Some(said)).collect();
            // Holidays are a rule of their own.
            let alike: Vec<usize> =
                alike.into_iter().filter(|other| day == HOLIDAYS || *other != HOLIDAYS).collect();
            for other in &alike {
                done[*other] = true;
            }
            rules.push(format!("{} {}", codes(&alike), said.written()));
        }
        let closed = MONTHS.iter().zip(self.closed).filter(|(_, closed)| *closed);
        rules.extend(closed.map(|(month, _)| format!("{month} off")));
        rules.join("; ")
    }
}

impl Said {
    fn written(&self) -> String {
        if self.spans.is_empty() {
            return "off".to_owned();
        }
        let clock = |time: u16| format!("{:02}:{:02}", time / 60, time % 60);
        let spans: Vec<String> =
            self.spans.iter().map(|(from, to)| format!("{}-{}", clock(*from), clock(*to))).collect();
        let mut written = spans.join(",");
        if self.on_appointment {
            written.push_str(" \"sur rendez-vous\"");
        }
        written
    }
}

/// `Mo-We,Fr`.
fn codes(days: &[usize]) -> String {
    let mut codes = String::new();
    let mut at = 0;
    while at < days.len() {
        let mut end = at;
        while end + 1 < days.len() && days[end + 1] == days[end] + 1 {
            end += 1;
        }
        if !codes.is_empty() {
            codes.push(',');
        }
        codes.push_str(CODES[days[at]]);
        if end > at {
            let sign = if end > at + 1 { '-' } else { ',' };
            write!(codes, "{sign}{}", CODES[days[end]]).expect("writing to a String cannot fail");
        }
        at = end + 1;
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_becomes_opening_hours() {
        for (written, hours) in [
            (
                "lundi au vendredi 9h-12h et 14h-17h, samedi 9h-12h",
                "Mo-Fr 09:00-12:00,14:00-17:00; Sa 09:00-12:00",
            ),
            ("Du lundi au vendredi : de 9 h à 12 h 30 et de 13h30 à 17 h", "Mo-Fr 09:00-12:30,13:30-17:00"),
            ("Lundi, mardi et jeudi 8h30-17h", "Mo,Tu,Th 08:30-17:00"),
            ("lundi 9-12h\nmercredi 14h-16h ; vendredi fermé", "Mo 09:00-12:00; We 14:00-16:00; Fr off"),
            ("tous les jours sauf le dimanche 10h à 18h", "Mo-Sa 10:00-18:00"),
            ("7j/7 24h/24", "Mo-Su 00:00-24:00"),
            ("24h/24, 7j/7", "Mo-Su 00:00-24:00"),
            ("24 heures sur 24", "Mo-Su 00:00-24:00"),
            (
                "du lundi au dimanche 9h-17h, fermé le mercredi et les jours fériés",
                "Mo,Tu,Th-Su 09:00-17:00; We off; PH off",
            ),
            ("vendredi 22h-2h", "Fr 22:00-26:00"),
            ("samedi 20 h – minuit", "Sa 20:00-24:00"),
            ("samedi de 10h à midi", "Sa 10:00-12:00"),
            ("du samedi au lundi 9h-12h", "Mo,Sa,Su 09:00-12:00"),
            ("mardi 9h-12h sur rendez-vous", "Tu 09:00-12:00 \"sur rendez-vous\""),
            ("du lundi au vendredi de 9 h à 17 h, sauf le mercredi", "Mo,Tu,Th,Fr 09:00-17:00"),
            ("lundi au vendredi 9h-17h sauf mercredi et jours fériés", "Mo,Tu,Th,Fr 09:00-17:00; PH off"),
            ("fermé le week-end, ouvert de 8h à 20h", "Mo-Fr 08:00-20:00; Sa,Su off"),
            ("tous les jours de 9h à 18h", "Mo-Su 09:00-18:00"),
            ("7j/7, 9h-12h 14h-17h", "Mo-Su 09:00-12:00,14:00-17:00"),
            ("lundi au vendredi 9h-17h, fermé en juillet et en août", "Mo-Fr 09:00-17:00; Jul off; Aug off"),
            ("mardi 9h-12h 14h-17h", "Tu 09:00-12:00,14:00-17:00"),
            ("Mo-Fr 09:00-12:00; PH off", "Mo-Fr 09:00-12:00; PH off"),
        ] {
            let read = read(written).unwrap_or_else(|found| panic!("{written}: {found}"));
            assert_eq!(read.as_str(), hours, "{written}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (written, found) in [
            ("le matin", "« matin », sans heures"),
            ("lundi", "lundi"),
            ("9h-12h", "« 9h-12h »"),
            ("lundi 9-12", "« lundi 9-12 »"),
            ("lundi 12h-9h-8h", "-8h"),
            ("lundi 25h-26h", "25h-26h"),
            ("lundi 9h75-12h", "9h75"),
            ("lundi 14h-17h et 9h-12h", "« lundi 14h-17h et 9h-12h »"),
            ("lundi 9h-9h", "lundi 9h-9h"),
            ("lundi 9h-12h, lundi 14h-17h", "« lundi 14h-17h »"),
            ("du lundi au vendredi 9h-17h, mercredi 9h-12h", "« mercredi 9h-12h »"),
            ("lundi et lundi 9h-12h", "lundi"),
            ("lundi au lundi 9h-12h", "lundi"),
            ("Sauf Le Mercredi", "« Sauf Le Mercredi »"),
            ("fermé en août", "« fermé en août »"),
            ("sur rendez-vous", "« sur rendez-vous », sans jours ni heures"),
            ("un lundi sur deux 9h-12h", "un lundi"),
            ("<script>", "<script>"),
            ("lundi 9h-12h 🙂", "🙂"),
        ] {
            let refused = read(written).expect_err(written);
            assert!(refused.contains(found), "{written}: {refused}");
        }
        assert!(read("").is_err() && read(&"lundi 9h-12h ".repeat(1_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_fail(text in "(lundi|au|[0-9]{1,3}|h|:|-|et| |é|[;,/\n]|sauf|fermé|24h/24|\\PC){0,12}") {
            if let Ok(hours) = read(&text) {
                proptest::prop_assert!(hours.as_str().parse::<Hours>().is_ok());
            }
        }
    }
}
