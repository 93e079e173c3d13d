//! An error and its causes as one sentence, each thing said once.

/// Causes that only repeat what was said are left out: libraries differ in whether an error tells its cause itself.
pub fn sentence(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if said.contains(&cause) {
            continue;
        }
        if !said.is_empty() {
            said.push_str(" : ");
        }
        said.push_str(&cause);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn each_cause_is_said_once() {
        let error = anyhow!("port fermé")
            .context("connexion impossible (port fermé)")
            .context("Postgres ne répond pas");
        assert_eq!(sentence(&error), "Postgres ne répond pas : connexion impossible (port fermé)");
    }
}
