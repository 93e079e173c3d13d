//! `search` and `suggest`: the API's JSON, from the saved index brought up to date.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use maille_domain::Request;
use maille_domain::clock::{Clock, SystemClock};
use maille_domain::request::PlaceAsked;
use maille_index::{Index, Node};
use maille_web::api::v1::search::AnswerView;
use maille_web::api::v1::suggest::SuggestionsView;
use maille_web::place::{CommuneMeant, commune_meant};
use tracing::warn;

use crate::cli::{Search, Settings};
use crate::commands::print_json;
use crate::database::Database;
use crate::follower;
use crate::sentence::sentence;

/// How long to wait for a running server's index to reach the last committed change.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Search,
    Suggest,
}

pub async fn run(settings: &Settings, options: Search, asked: Asked) -> Result<()> {
    let node = fresh_node(settings).await?;
    match asked {
        Asked::Search => {
            let request = Request {
                text: options.text,
                place: options.commune.map(PlaceAsked::Written),
                ..Request::default()
            };
            let answer = node.search(&request, SystemClock.now())?;
            print_json(&AnswerView::from(&answer))
        }
        Asked::Suggest => {
            let commune = match options.commune.as_deref().map(|text| commune_meant(&node, text)) {
                None | Some(CommuneMeant::Several) => None,
                Some(CommuneMeant::One(place)) => Some(place.code),
                Some(CommuneMeant::Unknown) => {
                    bail!("--commune : attendu un code INSEE, un code postal ou un nom de commune")
                }
            };
            print_json(&SuggestionsView::from(&node.suggest(&options.text, commune.as_deref())))
        }
    }
}

/// The node at the end of the feed when Postgres answers, else as it was saved. Where a server runs on the data
/// directory it keeps the index true; where none does, this catches up itself.
pub async fn fresh_node(settings: &Settings) -> Result<Node> {
    let directory = follower::index_directory(settings);
    let saved = || {
        Node::open(&directory)
            .with_context(|| format!("l’index ne peut pas être lu dans {}", directory.display()))
    };
    let database = match Database::open(settings).await {
        Ok(database) => database,
        Err(absent) => {
            let reason = sentence(&absent);
            let node = saved()?.ok_or(absent)?;
            warn!(
                error.message = reason,
                "Postgres ne répond pas : la réponse vient de l’index tel qu’il est"
            );
            return Ok(node);
        }
    };
    let node = async {
        match Index::open(&directory) {
            Ok(mut index) => {
                follower::catch_up(&directory, &database.store, &mut index).await?;
                Ok(index.node())
            }
            Err(maille_index::Error::Locked { .. }) => {
                let node = saved()?.context("l’index n’existe pas encore")?;
                follower::wait_for(&node, &database.store, PATIENCE).await?;
                Ok(node)
            }
            Err(maille_index::Error::Unusable { .. }) => {
                Ok(follower::rebuild(&directory, &database.store).await?.node())
            }
            Err(error @ maille_index::Error::Disk { .. }) => {
                let node = saved()?.ok_or(error)?;
                warn!("l’index ne peut pas être écrit : la réponse vient de l’index tel qu’il est");
                Ok(node)
            }
            Err(error) => Err(error.into()),
        }
    }
    .await;
    database.close().await?;
    node
}
