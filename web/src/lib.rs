//! axum: pages and JSON API over the index.
