//! `/accueil`: one screen to answer a call. Everything in it is one form; the button that is pressed says what happens, and the
//! whole sheet is saved with it. What was searched is in the sheet, never in an address.

mod gate;
mod gesture;
mod line;
mod look;
mod page;
mod reread;
mod sent;

use axum::Router;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maille_domain::call::{Answer, Home, Part, Sheet};
use maille_domain::{Call, Desk, ListingId};
use maille_store::call::{Sending, Step};
use maille_store::secret::random_id;
use serde_json::json;
use uuid::Uuid;

use self::gate::right_dac;
use self::gesture::Gesture;
use self::look::{Asked, Looked};
use self::page::{DeskPage, Scene, place_in_words};
use self::sent::{Tell, Typed};
use super::layout;
use crate::error::{Error, Missing, WrongParameter};
use crate::extract::{FromQuery, LONGEST_OF_THE_TEAM, Query, Reader, Sent};
use crate::french;
use crate::page::{Layout, respond_with};
use crate::signed::Signed;
use crate::state::WebState;
use crate::views::faults::Faults;
use crate::visit::{ShortId, Visit};

const HERE: &str = "/accueil";
const TITLE: &str = "Répondre";

/// The addresses of the desk.
pub fn routes() -> Router<WebState> {
    Router::new().route(HERE, get(show).post(take)).route("/accueil/relire", post(reread::reread))
}

/// What the address asks.
#[derive(Debug)]
pub struct Shown {
    call: Option<Uuid>,
    /// The call that just ended.
    last: Option<Uuid>,
    said: Option<&'static str>,
}

impl FromQuery for Shown {
    fn from_query(reader: &mut Reader, _: &WebState) -> Shown {
        let id = |text: &str| text.parse().map_err(|_| "attendu l’identifiant d’un appel".to_owned());
        let said = match reader.text("dit").as_str() {
            "termine" => Some("Appel enregistré."),
            "hors-territoire" => Some("Appel enregistré, réorienté hors territoire."),
            "ecarte" => Some("Appel écarté\u{202f}: il ne compte pas."),
            "attente" => Some("Appel mis en attente."),
            "niveau-2" => Some(
                "Appel confié à un coordinateur (niveau\u{a0}2)\u{202f}: terminez-le quand vous raccrochez.",
            ),
            "rouvert" => Some("L’appel est rouvert."),
            _ => None,
        };
        Shown { call: reader.one("appel", id), last: reader.one("dernier", id), said }
    }
}

/// `GET /accueil`: a blank page, or a call as the store has it. Changes nothing.
async fn show(
    State(state): State<WebState>,
    signed: Signed,
    Query(asked): Query<Shown>,
) -> Result<Response, Error> {
    let desk = signed.desk()?;
    let call = match asked.call {
        Some(id) => Some(signed.store.call(id, &desk).await?.ok_or(Error::NotFound(Missing::Page))?),
        None => None,
    };
    let last = match asked.last {
        Some(id) => signed.store.call(id, &desk).await?,
        None => None,
    };
    let id = match &call {
        Some(call) => call.id,
        None => random_id()?,
    };
    let typed = Typed::of_call(call.as_ref());
    let scene = Scene { id, last, said: asked.said.map(str::to_owned), ..Scene::default() };
    let scene = scene_of(&state, &signed, call, typed, scene).await?;
    Ok(respond_with(
        &DeskPage::new(&state, layout(&state, &signed, TITLE), Some(&desk), scene),
        StatusCode::OK,
    ))
}

/// A call as the store has it, its sheet as it is typed, beside the others under way.
async fn scene_of(
    state: &WebState,
    signed: &Signed,
    call: Option<Call>,
    typed: Typed,
    scene: Scene,
) -> Result<Scene, Error> {
    let others = others(signed, scene.id).await?;
    let by_hand = call.as_ref().is_some_and(|call| call.sheet.by_hand.contains(&Part::Home));
    let asked = Asked::new(&typed.q, typed.home.as_ref(), by_hand, call.as_ref(), &others);
    let looked = look(state, asked.at(&signed.desk()?)).await?;
    Ok(Scene {
        version: call.as_ref().map_or(0, |call| call.version),
        sending: random_id()?,
        typed,
        call,
        others,
        looked,
        ..scene
    })
}

/// The calls that they have under way, but for one.
async fn others(signed: &Signed, but: Uuid) -> Result<Vec<Call>, Error> {
    let calls = signed.store.open_calls(&signed.desk()?).await?;
    Ok(calls.into_iter().filter(|call| call.id != but).collect())
}

/// Asks the directory.
async fn look(state: &WebState, asked: Asked) -> Result<Looked, Error> {
    let now = state.now();
    Ok(state.ask(move |node| asked.of(node, now)).await??)
}

/// What was sent, as far as it names the call and what is asked of it.
#[derive(Debug)]
struct Envelope {
    sending: Sending,
    gesture: Gesture,
    /// The same, as it was sent.
    faire: String,
    /// Whether what tells who a person is goes first.
    without: bool,
}

impl Envelope {
    fn read(sent: &mut Reader) -> Result<Envelope, Error> {
        let id = |text: &str| text.parse::<Uuid>().map_err(|_| "attendu un identifiant".to_owned());
        let call = sent.one("appel", id);
        let writing = sent.one("envoi", id).map(|id| sent.name_after(id));
        let version = sent.one("version", |text| {
            text.parse().ok().filter(|version| *version >= 0).ok_or("attendu un nombre entier".to_owned())
        });
        let without = sent.was_sent("retirer");
        let faire = sent.text(if without { "retirer" } else { "faire" });
        let gesture = faire
            .parse::<Gesture>()
            .map_err(|expected| WrongParameter::new("faire", format!("attendu {expected}")));
        let missing: Vec<WrongParameter> =
            [("appel", call.is_none()), ("envoi", writing.is_none()), ("version", version.is_none())]
                .into_iter()
                .filter(|(_, missing)| *missing)
                .map(|(name, _)| WrongParameter::new(name, sent.wrong_with(name).unwrap_or("manque")))
                .chain(gesture.as_ref().err().cloned())
                .collect();
        match (call, writing, version, gesture) {
            (Some(call), Some(id), Some(version), Ok(gesture)) => {
                Ok(Envelope { sending: Sending { call, version, id }, gesture, faire, without })
            }
            _ => Err(Error::Parameters(missing)),
        }
    }
}

/// `POST /accueil`. What cannot be saved because the store is away comes back as it was typed.
async fn take(
    State(state): State<WebState>,
    signed: Signed,
    headers: HeaderMap,
    Sent(sent): Sent<LONGEST_OF_THE_TEAM>,
) -> Result<Response, Error> {
    let desk = signed.desk()?;
    match Box::pin(write(&state, &signed, &desk, &headers, sent.clone())).await {
        Err(error @ (Error::Unavailable | Error::Busy(_))) => {
            away(&state, layout(&state, &signed, TITLE), Some(&desk), sent, error).await
        }
        written => written,
    }
}

/// What answers a form of the desk while nobody can know whose it is: the same form, and the answer of the directory.
pub async fn while_away(state: &WebState, request: Request, error: Error) -> Response {
    let sent = match Sent::<LONGEST_OF_THE_TEAM>::from_request(request, state).await {
        Ok(Sent(sent)) => sent,
        Err(error) => return error.into_response(),
    };
    let layout = Layout::new(state, &Visit::default(), TITLE);
    away(state, layout, None, sent, error).await.unwrap_or_else(IntoResponse::into_response)
}

/// The form as it was typed, which nothing was kept of.
async fn away(
    state: &WebState,
    layout: Layout,
    desk: Option<&Desk>,
    mut sent: Reader,
    error: Error,
) -> Result<Response, Error> {
    let Envelope { sending, faire, .. } = Envelope::read(&mut sent)?;
    let mut faults = Faults::default();
    let typed = Typed::read(&mut sent, &Sheet::default(), &mut faults);
    let asked = Asked::new(&typed.q, typed.home.as_ref(), false, None, &[]);
    let looked = look(state, desk.map_or(asked.clone(), |desk| asked.at(desk))).await?;
    let trouble = match &error {
        Error::Busy(holder) => format!("{holder} : rien n’est enregistré. Envoyez de nouveau."),
        _ => "La base de données ne répond pas : rien n’est enregistré. Votre saisie est gardée ici, et la recherche répond. \
              Envoyez de nouveau dans un instant."
            .to_owned(),
    };
    let scene = Scene {
        id: sending.call,
        version: sending.version,
        // The same writing: had it been taken after all, it is taken once.
        sending: sending.id,
        typed,
        looked,
        faults,
        gesture: faire,
        trouble: Some(french::typography(&trouble)),
        ..Scene::default()
    };
    Ok(respond_with(&DeskPage::new(state, layout, desk, scene), error.status()))
}

/// What is to be written of a call.
#[derive(Debug)]
struct Draft {
    before: Option<Call>,
    looked: Looked,
    /// What was typed, whether it can be kept or not.
    typed: Typed,
    /// The sheet that it makes: what cannot be kept stays in it as it was.
    sheet: Sheet,
    /// What happens beside; nothing while something is wrong.
    steps: Vec<Step>,
    faults: Faults,
    tells: Vec<Tell>,
}

impl Draft {
    /// What was sent, and what the directory says of it.
    async fn read(
        state: &WebState,
        signed: &Signed,
        envelope: &Envelope,
        before: Option<Call>,
        mut sent: Reader,
    ) -> Result<Draft, Error> {
        let today = state.today();
        let shown = before.as_ref().map(|call| call.sheet.clone()).unwrap_or_default();
        let mut faults = Faults::default();
        let mut typed = Typed::read(&mut sent, &shown, &mut faults);
        match &envelope.gesture {
            Gesture::Live(home) => typed.home = Some(home.clone()),
            Gesture::Unmet => typed.unmet = !typed.unmet,
            Gesture::Recall => typed.recall = !typed.recall,
            _ => {}
        }
        let others = others(signed, envelope.sending.call).await?;
        let by_hand = shown.by_hand.contains(&Part::Home) || typed.home != shown.home;
        let desk = signed.desk()?;
        let asked = |q: &str| Asked::new(q, typed.home.as_ref(), by_hand, before.as_ref(), &others).at(&desk);
        let mut looked = look(state, asked(&typed.q)).await?;
        let known = looked.known();
        if envelope.without {
            let without = typed.clone().without(&known, today);
            if without.q != typed.q {
                looked = look(state, asked(&without.q)).await?;
            }
            typed = without;
        }
        let (mut sheet, tells) = typed.sheet(&shown, &known, today, &mut faults);
        if let Gesture::Live(_) = envelope.gesture {
            sheet.by_hand.insert(Part::Home);
        }
        Ok(Draft { before, looked, typed, sheet, steps: Vec::new(), faults, tells })
    }

    /// Whether there is a call: its first search opens it.
    fn is_call(&self) -> bool {
        self.before.is_some() || !self.sheet.query.is_empty()
    }

    fn is_wrong(&self) -> bool {
        !(self.faults.is_empty() && self.tells.is_empty())
    }

    /// What a gesture does to a page that opened no call yet: no more than what its fields then say.
    fn wait(&mut self, gesture: &Gesture) {
        let waits = match gesture {
            Gesture::Search
            | Gesture::Keep
            | Gesture::Live(_)
            | Gesture::Unmet
            | Gesture::Recall
            | Gesture::Park
            | Gesture::Discard => true,
            Gesture::Turn(_) => self.typed.need.trim().is_empty() && self.typed.note.trim().is_empty(),
            _ => false,
        };
        if !waits && !self.is_wrong() {
            self.faults.add("q", "Cherchez d’abord ce qui est demandé : c’est ce qui ouvre l’appel.");
        }
    }

    /// Takes what was understood, and what the gesture does; while something is wrong, neither.
    async fn take(&mut self, state: &WebState, desk: &Desk, gesture: &Gesture) -> Result<(), Error> {
        if !self.is_wrong() {
            if *gesture != Gesture::Keep
                && let Some(answer) = &self.looked.answer
            {
                self.sheet.fill(look::read(answer, self.sheet.query.clone()));
            }
            self.check(desk, gesture);
        }
        if !self.is_wrong() {
            self.steps = steps(state, desk, gesture, &mut self.sheet, self.before.as_ref()).await?;
        }
        let outside = desk.is_outside(self.sheet.home.as_ref());
        self.sheet.conclude(outside, given(self.before.as_ref(), &self.steps));
        Ok(())
    }

    /// What the gesture needs.
    fn check(&mut self, desk: &Desk, gesture: &Gesture) {
        let home = self.sheet.home.as_ref();
        if *gesture == Gesture::Outside && matches!(home, Some(Home::Commune(_))) && !desk.is_outside(home) {
            let place = place_in_words(home);
            self.faults.add(
                "domicile",
                format!("{place} est de votre territoire : changez le lieu de vie, ou terminez l’appel."),
            );
        }
        if matches!(gesture, Gesture::End | Gesture::Outside) && self.sheet.requester.is_none() {
            self.faults.add("demandeur", "Dites qui demande : l’appel est compté sous sa qualité.");
        }
    }

    /// The sheet, with the texts that cannot be kept as they were typed.
    fn shown(&self) -> Typed {
        let mut shown = Typed::of(&self.sheet);
        let wrong = |field| {
            self.faults.of(field).is_some() || self.tells.iter().any(|tell: &Tell| tell.field == field)
        };
        for (field, text, typed) in [
            ("q", &mut shown.q, &self.typed.q),
            ("besoin", &mut shown.need, &self.typed.need),
            ("note", &mut shown.note, &self.typed.note),
        ] {
            if wrong(field) {
                text.clone_from(typed);
            }
        }
        shown
    }
}

/// Writes what was sent, and leads to what the store then has. What is wrong is answered, and the rest is saved all the same.
async fn write(
    state: &WebState,
    signed: &Signed,
    desk: &Desk,
    headers: &HeaderMap,
    mut sent: Reader,
) -> Result<Response, Error> {
    let envelope = Envelope::read(&mut sent)?;
    let (sending, gesture) = (envelope.sending, &envelope.gesture);
    let before = match sending.version {
        0 => None,
        _ => Some(signed.store.call(sending.call, desk).await?.ok_or(Error::NotFound(Missing::Page))?),
    };
    let page = async |call: Option<Call>, typed: Typed, status: StatusCode, scene: Scene| {
        let scene = scene_of(state, signed, call, typed, Scene { id: sending.call, ..scene }).await?;
        let page = DeskPage::new(state, layout(state, signed, TITLE), Some(desk), scene);
        Ok::<_, Error>(respond_with(&page, status))
    };
    let over =
        |call: &Call| !call.is_open() && call.version == sending.version && *gesture != Gesture::Reopen;
    if before.as_ref().is_some_and(over) {
        let typed = Typed::of_call(before.as_ref());
        let trouble = Some("Cet appel n’est plus en cours\u{202f}: rouvrez-le pour le changer.".to_owned());
        return page(before, typed, StatusCode::CONFLICT, Scene { trouble, ..Scene::default() }).await;
    }
    let json = *gesture == Gesture::Keep && wants_json(headers);
    let mut draft = Draft::read(state, signed, &envelope, before, sent).await?;
    let (call, shown) = if draft.is_call() {
        draft.take(state, desk, gesture).await?;
        let shown = draft.shown();
        match signed.store.save_call(sending, &draft.sheet, &draft.steps, desk, state.now()).await {
            Ok(call) => (Some(call), shown),
            Err(maille_store::Error::CallChanged(call)) => {
                let changed = "Cet appel a changé dans une autre fenêtre. Voici sa fiche telle qu’elle est.";
                if json {
                    let body = axum::Json(json!({ "changed": french::typography(changed) }));
                    return Ok((StatusCode::CONFLICT, body).into_response());
                }
                let present = Typed::of(&call.sheet);
                let lost = lost(&shown, &present);
                let scene = Scene { trouble: Some(changed.to_owned()), lost, ..Scene::default() };
                return page(Some(*call), present, StatusCode::CONFLICT, scene).await;
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        draft.wait(gesture);
        (None, draft.typed.clone())
    };
    let status = if draft.is_wrong() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    if json {
        let version = call.as_ref().map_or(0, |call| call.version);
        let body = json!({ "version": version, "faults": in_json(&draft.tells, &draft.faults) });
        return Ok((status, axum::Json(body)).into_response());
    }
    match (gesture, call) {
        (Gesture::Turn(other), _) if !draft.is_wrong() => turn(state, signed, desk, *other).await,
        (_, Some(call)) if !draft.is_wrong() => Ok(Redirect::to(&next(gesture, &call)).into_response()),
        (_, call) => {
            let gesture = match gesture {
                // Done: once more would undo it.
                Gesture::Unmet | Gesture::Recall => "garder".to_owned(),
                _ => envelope.faire.clone(),
            };
            let Draft { faults, tells, .. } = draft;
            page(call, shown, status, Scene { faults, tells, gesture, ..Scene::default() }).await
        }
    }
}

/// What is wrong with a sheet, for the script.
fn in_json(tells: &[Tell], faults: &Faults) -> Vec<serde_json::Value> {
    let tells = tells.iter().map(|tell| json!({ "field": tell.field, "text": tell.sentence() }));
    let faults = faults.all().iter().map(|fault| json!({ "field": fault.field, "text": fault.message }));
    tells.chain(faults).collect()
}

/// What happens in the store, and what the gesture itself says on the sheet.
async fn steps(
    state: &WebState,
    desk: &Desk,
    gesture: &Gesture,
    sheet: &mut Sheet,
    before: Option<&Call>,
) -> Result<Vec<Step>, Error> {
    let answered = |sheet: &mut Sheet, answer: Answer| {
        sheet.answer = Some(answer);
        sheet.by_hand.insert(Part::Answer);
    };
    Ok(match gesture {
        Gesture::Search
        | Gesture::Keep
        | Gesture::Live(_)
        | Gesture::Unmet
        | Gesture::Recall
        | Gesture::Reply => Vec::new(),
        Gesture::Propose(listing) => vec![Step::Propose(*listing)],
        Gesture::Drop(listing) => vec![Step::Drop(*listing)],
        Gesture::Give(listing) => vec![Step::Give(*listing)],
        Gesture::TakeBack(listing) => vec![Step::TakeBack(*listing)],
        Gesture::Park | Gesture::Turn(_) => vec![Step::Park],
        // Who counts it as level 2 hands it over.
        Gesture::End if sheet.answer == Some(Answer::Coordination) => vec![Step::Hand, Step::Close],
        Gesture::End => vec![Step::Close],
        Gesture::Reopen if before.is_some_and(|call| call.discarded_at.is_some()) => vec![Step::Restore],
        Gesture::Reopen => vec![Step::Reopen],
        Gesture::Discard => vec![Step::Discard],
        Gesture::Hand => {
            answered(sheet, Answer::Coordination);
            vec![Step::Hand]
        }
        Gesture::Outside => {
            answered(sheet, Answer::Outside);
            let now = state.now();
            let dac = match &sheet.home {
                Some(Home::Commune(code)) if desk.is_outside(sheet.home.as_ref()) => {
                    let code = code.clone();
                    right_dac(state.ask(move |node| node.territories_of(&code, now)).await?.as_ref())
                }
                _ => None,
            };
            dac.map(Step::Give).into_iter().chain([Step::Close]).collect()
        }
    })
}

/// How many resources are given once these steps are taken; one whose outcome is known stays given.
fn given(before: Option<&Call>, steps: &[Step]) -> usize {
    let of_before = || before.into_iter().flat_map(Call::given);
    let mut given: Vec<_> = of_before().map(|proposed| proposed.listing).collect();
    let stays = |listing: &ListingId| {
        of_before().any(|proposed| proposed.listing == *listing && proposed.outcome.is_some())
    };
    for step in steps {
        match step {
            Step::Give(listing) if !given.contains(listing) => given.push(*listing),
            Step::TakeBack(listing) | Step::Drop(listing) => {
                given.retain(|own| own != listing || stays(own));
            }
            _ => {}
        }
    }
    given.len()
}

/// Goes on with another call; when a window writes it meanwhile, it is shown as that leaves it.
async fn turn(state: &WebState, signed: &Signed, desk: &Desk, other: Uuid) -> Result<Response, Error> {
    let taken = signed.store.call(other, desk).await?.ok_or(Error::NotFound(Missing::Page))?;
    let sending = Sending { call: taken.id, version: taken.version, id: random_id()? };
    match signed.store.save_call(sending, &taken.sheet, &[Step::Resume], desk, state.now()).await {
        Ok(_) | Err(maille_store::Error::CallChanged(_)) => {
            Ok(Redirect::to(&format!("{HERE}?appel={other}")).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Where one goes after a gesture.
fn next(gesture: &Gesture, call: &Call) -> String {
    let id = call.id;
    match gesture {
        Gesture::Park => format!("{HERE}?dit=attente"),
        Gesture::End => format!("{HERE}?dit=termine&dernier={id}"),
        Gesture::Outside => format!("{HERE}?dit=hors-territoire&dernier={id}"),
        Gesture::Discard => format!("{HERE}?dit=ecarte&dernier={id}"),
        Gesture::Reply => format!("{HERE}/appels/{id}/reponse"),
        Gesture::Hand => format!("{HERE}?appel={id}&dit=niveau-2"),
        Gesture::Reopen => format!("{HERE}?appel={id}&dit=rouvert"),
        Gesture::Search | Gesture::Live(_) => format!("{HERE}?appel={id}#reponses"),
        Gesture::Give(listing)
        | Gesture::TakeBack(listing)
        | Gesture::Propose(listing)
        | Gesture::Drop(listing) => {
            format!("{HERE}?appel={id}#r-{}", ShortId::of(*listing))
        }
        Gesture::Keep | Gesture::Unmet | Gesture::Recall | Gesture::Turn(_) => format!("{HERE}?appel={id}"),
    }
}

/// What was typed that the present sheet does not say.
fn lost(typed: &Typed, present: &Typed) -> Vec<(&'static str, String)> {
    let label = |label: Option<&'static str>| label.unwrap_or("rien").to_owned();
    let yes = |said: bool| if said { "oui" } else { "non" }.to_owned();
    let all = |typed: &Typed| {
        [
            ("Recherche", typed.q.clone()),
            ("Besoin", typed.need.clone()),
            ("Note", typed.note.clone()),
            ("Lieu de vie", place_in_words(typed.home.as_ref())),
            ("Qui demande", label(typed.requester.map(maille_domain::call::Requester::label))),
            ("Canal", label(typed.channel.map(maille_domain::call::Channel::label))),
            ("Réponse", label(typed.answer.map(Answer::label))),
            ("Âge", label(typed.age_band.map(maille_domain::call::AgeBand::label))),
            ("Parcours", label(typed.subject.map(maille_domain::call::Subject::label))),
            ("Besoin non couvert", yes(typed.unmet)),
            ("À rappeler", yes(typed.recall)),
        ]
    };
    let pairs = all(typed).into_iter().zip(all(present));
    pairs.filter(|(typed, present)| typed != present).map(|(typed, _)| typed).collect()
}

/// Whether whoever sends is a script that saves.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json"))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use maille_domain::call::{Outcome, Proposed};

    use super::*;
    use crate::extract::encode;
    use crate::testing::{Answered, ask, html, state};

    const IDS: &str =
        "appel=00000000-0000-4000-8000-000000000001&envoi=00000000-0000-4000-8000-000000000002&version=0";

    /// What a desk without a store answers.
    async fn sent(form: &str) -> Answered {
        let request = Request::post("/accueil").header("content-type", "application/x-www-form-urlencoded");
        let answered = ask(state(), request.body(Body::from(form.to_owned())).unwrap()).await;
        html::check(&answered.body);
        answered
    }

    #[tokio::test]
    async fn without_a_store_what_was_typed_comes_back_and_the_search_answers() {
        let answered =
            sent(&format!("{IDS}&faire=chercher&q=g%C3%A9riatrie+Bagneux&note=seule&demandeur=usager")).await;
        assert_eq!(answered.status, 503);
        for said in [
            "seule</textarea>",
            "value=\"gériatrie Bagneux\"",
            "Équipe mobile de gériatrie Sud 92",
            "rien n’est enregistré",
        ] {
            assert!(answered.body.contains(said), "{said}: {}", answered.body);
        }
        assert!(answered.body.contains("value=\"usager\" data-key=\"7\" checked"));
    }

    #[tokio::test]
    async fn whatever_is_sent_is_answered() {
        let mut long = format!("{IDS}&besoin=");
        encode(&"é".repeat(5_000), &mut long);
        let hostile = format!("{IDS}&q=%3Cscript%3Ealert(1)%3C/script%3E&note=%22%20onfocus=%22");
        for (form, status) in [
            ("", 400),
            ("appel=x&version=-1&envoi=", 400),
            (&*format!("{IDS}&faire=effacer"), 400),
            (&*format!("{IDS}&faire=domicile:99999"), 400),
            (&*format!("{IDS}&q=a%00b"), 400),
            (
                &*format!("{IDS}&domicile=99999&age=200&demandeur=moi&canal=pigeon&reponse=oui&parcours=x"),
                503,
            ),
            (&*long, 503),
            (&*hostile, 503),
        ] {
            let answered = sent(form).await;
            assert_eq!(answered.status, status, "{form}");
            assert!(!answered.body.contains("<script>alert"), "{form}");
        }
    }

    #[test]
    fn what_is_given_is_counted_as_it_will_be() {
        let [a, b] = ["a", "b"].map(|id| ListingId::founded_by("demo", id));
        assert_eq!(given(None, &[Step::Give(a), Step::Give(a), Step::Propose(b)]), 1);
        assert_eq!(given(None, &[Step::Give(a), Step::TakeBack(a)]), 0);
        assert_eq!(given(None, &[Step::Give(a), Step::Give(b), Step::Drop(a)]), 1);
        let now = state().now();
        let given_before = |listing, outcome| Proposed { listing, given_at: Some(now), outcome };
        let told = given_before(a, Some((Outcome::Answered, now)));
        let before = Call { proposed: vec![told, given_before(b, None)], ..page::tests::call(1) };
        let both = [Step::Drop(a), Step::TakeBack(a), Step::Drop(b)];
        assert_eq!(given(Some(&before), &both), 1, "what became of one is known: it stays");
    }

    #[test]
    fn what_differs_from_the_present_sheet_is_named() {
        let typed = Typed { note: "seule".to_owned(), unmet: true, ..Typed::default() };
        let lost = lost(&typed, &Typed { q: "clic".to_owned(), ..Typed::default() });
        let expected = [("Recherche", ""), ("Note", "seule"), ("Besoin non couvert", "oui")];
        assert_eq!(lost, expected.map(|(name, text)| (name, text.to_owned())));
    }
}
