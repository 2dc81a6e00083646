//! One part with a body: what its header says and where its octets come from (RFC 2045, RFC 2183, RFC 2392).

use super::fold::Field;
use super::judge::{Looks, Transfer};
use super::media::MediaType;
use super::parameter::parameter;
use super::write::Supply;
use lettre::message::header::{ContentTransferEncoding, Header, HeaderName, HeaderValue};
use lettre::message::{Body, SinglePart};

/// A part with a body.
#[derive(Debug)]
pub struct Leaf {
    /// As a person knows it.
    pub origin: String,
    pub supply: Supply,
    pub kind: Kind,
}

/// What a part is for.
#[derive(Debug)]
pub enum Kind {
    /// To be read: `plain` or `html`.
    Text {
        subtype: &'static str,
        looks: Looks,
    },
    Attachment {
        name: String,
        media: MediaType,
    },
    /// A part that the HTML shows.
    Inline {
        name: String,
        media: MediaType,
        id: String,
    },
}

impl Leaf {
    pub(super) fn transfer(&self) -> Transfer {
        match &self.kind {
            Kind::Text { looks, .. } => looks.transfer,
            Kind::Attachment { .. } | Kind::Inline { .. } => Transfer::Base64,
        }
    }

    /// The part as lettre has it, with a mark in the place of its body.
    ///
    /// lettre writes no `filename*=` in one piece and holds a whole body in memory; the values of the fields and the body
    /// are ours.
    pub(super) fn part(&self, mark: &str) -> SinglePart {
        let builder = match &self.kind {
            Kind::Text { subtype, looks } => {
                SinglePart::builder().header(Type(format!("text/{subtype}; charset={}", looks.charset)))
            }
            Kind::Attachment { name, media } => {
                SinglePart::builder().header(Type::of(media)).header(Disposition::of("attachment", name))
            }
            Kind::Inline { name, media, id } => SinglePart::builder()
                .header(Type::of(media))
                .header(Disposition::of("inline", name))
                .header(Id(format!("<{id}>"))),
        };
        let encoding = match self.transfer() {
            Transfer::SevenBit => ContentTransferEncoding::SevenBit,
            Transfer::QuotedPrintable => ContentTransferEncoding::QuotedPrintable,
            Transfer::TextBase64 | Transfer::Base64 => ContentTransferEncoding::Base64,
        };
        builder.body(Body::dangerous_pre_encoded(mark.as_bytes().to_vec(), encoding))
    }
}

/// Fields whose values are written and folded here, of what was judged.
macro_rules! field {
    ($type:ident, $name:literal) => {
        #[derive(Clone, Debug)]
        struct $type(String);

        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), self.0.clone())
            }
        }
    };
}

field!(Type, "Content-Type");
field!(Disposition, "Content-Disposition");
field!(Id, "Content-ID");

impl Type {
    fn of(media: &MediaType) -> Type {
        let mut field = Field::value_behind("Content-Type");
        media.words().iter().for_each(|word| field.word(word));
        Type(field.value())
    }
}

impl Disposition {
    fn of(kind: &str, name: &str) -> Disposition {
        let mut field = Field::value_behind("Content-Disposition");
        field.word(kind);
        parameter(&mut field, "filename", name);
        Disposition(field.value())
    }
}
