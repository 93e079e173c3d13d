//! Whom to call when the directory does not answer: the contact of the theme, as pages show it.

use crate::french;
use crate::theme::Theme;
use crate::views::PhoneLink;

/// Somebody to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its name.
    pub name: String,
    /// Its number.
    pub phone: Option<PhoneLink>,
    /// Its address for mail.
    pub email: Option<String>,
    /// When it answers, in words.
    pub hours: Option<String>,
}

impl Contact {
    /// The contact that a theme names.
    pub fn of(theme: &Theme) -> Option<Contact> {
        theme.contact.as_ref().map(|contact| Contact {
            name: french::typography(&contact.name),
            phone: contact.phone.as_ref().map(PhoneLink::from),
            email: contact.email.clone(),
            hours: contact.hours.as_deref().map(french::typography),
        })
    }
}
