//! What a theme is made of for a browser: a stylesheet, a logo, an icon, under names that hold their contents' hash.

use std::fmt::Write as _;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::{Accents, LogoKind, Theme};
use crate::assets::KEPT_FOR_EVER;
use crate::colour::Scheme;

/// A drawing may bear a style of its own; opened by itself it runs nothing, and belongs to no site.
const ALONE: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/// The files of a theme.
#[derive(Debug)]
pub(crate) struct Livery {
    stylesheet: Option<File>,
    logo: Option<File>,
    icon: File,
}

/// One of them, as served under `/assets/`.
#[derive(Debug)]
struct File {
    name: String,
    kind: Kind,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Css,
    Svg,
    Png,
}

impl Livery {
    /// The files of this theme.
    pub(crate) fn of(theme: &Theme) -> Livery {
        let accent = theme.accents.as_ref().map_or_else(|| Scheme::Light.palette()["accent"], Accents::light);
        // An m of two stitches.
        let icon = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"6\" \
             fill=\"{accent}\"/><path d=\"M7 24v-9.5a4.5 4.5 0 0 1 9 0V24m0-9.5a4.5 4.5 0 0 1 9 0V24\" fill=\"none\" \
             stroke=\"#fff\" stroke-width=\"3.5\" stroke-linecap=\"round\"/></svg>"
        );
        Livery {
            stylesheet: theme
                .accents
                .as_ref()
                .map(|accents| File::new("theme", Kind::Css, accents.stylesheet().into_bytes())),
            logo: theme.logo.as_ref().map(|logo| {
                let kind = match logo.kind {
                    LogoKind::Svg => Kind::Svg,
                    LogoKind::Png => Kind::Png,
                };
                File::new("logo", kind, logo.bytes.clone())
            }),
            icon: File::new("icon", Kind::Svg, icon.into_bytes()),
        }
    }

    /// Address of the stylesheet that comes after maille's.
    pub(crate) fn stylesheet(&self) -> Option<String> {
        self.stylesheet.as_ref().map(File::address)
    }

    /// Address of the logo.
    pub(crate) fn logo(&self) -> Option<String> {
        self.logo.as_ref().map(File::address)
    }

    /// Address of the icon that browsers show beside the title.
    pub(crate) fn icon(&self) -> String {
        self.icon.address()
    }

    /// Serves the file of this name, if there is one.
    pub(crate) fn serve(&self, name: &str) -> Option<Response> {
        let files = self.stylesheet.iter().chain(&self.logo).chain([&self.icon]);
        files.into_iter().find(|file| file.name == name).map(File::serve)
    }
}

impl File {
    fn new(stem: &str, kind: Kind, bytes: Vec<u8>) -> File {
        let hash = Sha256::digest(&bytes).iter().take(6).fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
            hex
        });
        let extension = match kind {
            Kind::Css => "css",
            Kind::Svg => "svg",
            Kind::Png => "png",
        };
        File { name: format!("{stem}-{hash}.{extension}"), kind, bytes }
    }

    fn address(&self) -> String {
        format!("/assets/{}", self.name)
    }

    fn serve(&self) -> Response {
        let content_type = match self.kind {
            Kind::Css => "text/css; charset=utf-8",
            Kind::Svg => "image/svg+xml",
            Kind::Png => "image/png",
        };
        let say = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
        let headers = [say(header::CONTENT_TYPE, content_type), say(header::CACHE_CONTROL, KEPT_FOR_EVER)];
        let mut response = (headers, self.bytes.clone()).into_response();
        if self.kind == Kind::Svg {
            let (name, value) = say(header::CONTENT_SECURITY_POLICY, ALONE);
            response.headers_mut().insert(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use crate::testing::{Answered, answer, html, page, state};
    use crate::theme::{Accents, Logo, LogoKind, Theme};

    const DRAWING: &str =
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script><style>a{}</style></svg>";

    fn attribute<'a>(page: &'a str, before: &str) -> &'a str {
        let from = page.find(before).unwrap_or_else(|| panic!("{before} in {page}")) + before.len();
        page[from..].split('"').next().unwrap()
    }

    #[tokio::test]
    async fn a_theme_is_a_second_stylesheet_a_logo_and_an_icon() {
        let theme = Theme {
            name: "Annuaire <du> DAC".into(),
            accents: Some(Accents::new("#5b1a6b".parse().unwrap(), None).unwrap()),
            logo: Some(Logo { kind: LogoKind::Svg, bytes: DRAWING.into() }),
            ..Theme::default()
        };
        let site = crate::router(state().theme(theme));
        let ask = async |path: &str| -> Answered {
            answer(site.clone(), Request::get(path).body(Body::empty()).unwrap()).await
        };
        let home = ask("/").await.body;
        html::check(&home);
        assert!(home.contains("Annuaire &#60;du&#62; DAC"));

        let stylesheets: Vec<&str> = home.split("<link rel=\"stylesheet\" href=\"").skip(1).collect();
        assert_eq!(stylesheets.len(), 2);
        assert!(stylesheets[1].starts_with("/assets/theme-"), "after maille’s");
        let css = ask(stylesheets[1].split('"').next().unwrap()).await;
        assert_eq!((css.status.as_u16(), css.header("content-type")), (200, "text/css; charset=utf-8"));
        assert!(css.body.contains("--accent: #5b1a6b"));
        assert_eq!(css.header("cache-control"), "public, max-age=31536000, immutable");

        let logo = ask(attribute(&home, "<img class=\"logo\" src=\"")).await;
        assert_eq!((logo.status.as_u16(), logo.header("content-type")), (200, "image/svg+xml"));
        assert_eq!(logo.body, DRAWING);
        let policy = logo.header("content-security-policy");
        assert!(policy.contains("sandbox") && !policy.contains("script-src"), "{policy}");
        assert_eq!(logo.header("x-content-type-options"), "nosniff");

        let icon = ask(attribute(&home, "<link rel=\"icon\" href=\"")).await;
        assert_eq!((icon.status.as_u16(), icon.header("content-type")), (200, "image/svg+xml"));
        assert!(icon.body.contains("fill=\"#5b1a6b\""));
    }

    #[tokio::test]
    async fn without_a_theme_there_is_one_stylesheet_and_no_logo() {
        let home = page("/").await.body;
        assert_eq!(home.matches("rel=\"stylesheet\"").count(), 1);
        assert!(!home.contains("/assets/logo-"));
        assert!(home.contains("href=\"/assets/icon-"));
    }
}
