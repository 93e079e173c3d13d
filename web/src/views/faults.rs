//! What is to be corrected in a form, field by field.

/// What is to be corrected in a form, in the order of its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

/// One thing to correct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The `id` of the field, where the summary leads.
    pub field: String,
    /// What is wrong and what was expected: a sentence.
    pub message: String,
}

impl Faults {
    /// Says that a field is wrong.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault { field: field.into(), message: crate::french::typography(&message.into()) });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field, if anything is.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|fault| fault.field == field).map(|fault| fault.message.as_str())
    }

    /// All of them.
    pub fn all(&self) -> &[Fault] {
        &self.0
    }
}
