//! The search engine: French analysis, tantivy, R-tree, ranking, reasons. Knows no SQL.
