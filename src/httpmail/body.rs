//! The body of a request, drawn from its source block by block as the wire takes it.
//!
//! Law: a source that breaks, or is not what was declared, breaks the request; its last octets are never given. Memory does
//! not grow: a few blocks go round.

use super::wrap::parcel::Parcel;
use crate::message::raw::Step;
use crate::terms::failure::Cause;
use crate::watch::brink;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// Octets given at a time.
const BLOCK: usize = 64 * 1024;

/// A source under way.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) parcel: Parcel,
    /// The server may have the message once its last octet is out.
    pub(super) commits: bool,
    /// Octets of it that were given.
    pub(super) given: u64,
    /// The same as they go over the wire in chunks (RFC 9112 section 7.1).
    in_chunks: u64,
    pub(super) ended: bool,
    /// The last turn ended waiting for the source.
    pub(super) waits: bool,
    /// Nothing is given before it is open.
    pub(super) gate: Gate,
    pub(super) problem: Option<Cause>,
    spare: Spare,
    /// The last octets of a stream, until its end has been seen.
    held: Option<Vec<u8>>,
}

/// Whether the body may travel (RFC 9110 section 10.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    /// Until the server says 100, or long enough nothing.
    Closed,
}

pub(super) type Shared = Rc<RefCell<Course>>;

impl Course {
    pub(super) fn new(parcel: Parcel, gate: Gate, commits: bool) -> Course {
        let ended = parcel.size() == Some(0);
        Course {
            parcel,
            commits,
            given: 0,
            in_chunks: 0,
            ended,
            waits: false,
            gate,
            problem: None,
            spare: Spare::default(),
            held: None,
        }
    }

    /// Octets behind the head that make the whole body, once that is known.
    pub(super) fn on_wire(&self) -> Option<u64> {
        self.ended
            .then(|| if self.parcel.size().is_some() { self.given } else { self.in_chunks + LAST_CHUNK })
    }

    fn next(&mut self) -> Poll<Option<Result<Bytes, Cause>>> {
        self.waits = false;
        if self.gate == Gate::Closed {
            return Poll::Pending;
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let mut block = self.held.take().unwrap_or_else(|| self.spare.take());
        match self.parcel.read(&mut block) {
            Ok(Step::Octets { last }) => {
                self.ended = last;
                if last && self.commits {
                    // From here on only the server can say that it does not have it.
                    brink::enter();
                }
                if block.is_empty() {
                    return Poll::Ready(None);
                }
                let count = block.len() as u64;
                self.given += count;
                self.in_chunks += count + 4 + u64::from(count.ilog(16)) + 1;
                Poll::Ready(Some(Ok(self.spare.lend(block))))
            }
            Ok(Step::Wait) => {
                self.held = Some(block);
                self.waits = true;
                Poll::Pending
            }
            Err(cause) => Poll::Ready(Some(Err(cause))),
        }
    }
}

/// `0 CRLF CRLF`
const LAST_CHUNK: u64 = 5;

/// Blocks that are not on their way.
#[derive(Clone, Debug, Default)]
struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    fn take(&self) -> Vec<u8> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        known.unwrap_or_else(|| Vec::with_capacity(BLOCK))
    }

    fn put(&self, mut block: Vec<u8>) {
        block.clear();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(block);
    }

    fn lend(&self, block: Vec<u8>) -> Bytes {
        Bytes::from_owner(Lent { block, home: self.clone() })
    }
}

/// A block on its way, which comes home once it was written.
struct Lent {
    block: Vec<u8>,
    home: Spare,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.block
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.home.put(std::mem::take(&mut self.block));
    }
}

/// The course as hyper draws from it.
pub(super) struct Freight(pub(super) Shared);

impl Body for Freight {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let mut course = self.0.borrow_mut();
        match course.next() {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Ok(block))) => Poll::Ready(Some(Ok(Frame::data(block)))),
            Poll::Ready(Some(Err(cause))) => {
                course.problem.get_or_insert(cause);
                Poll::Ready(Some(Err(io::Error::other("the source failed"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.borrow().ended
    }

    fn size_hint(&self) -> SizeHint {
        let course = self.0.borrow();
        course.parcel.size().map_or_else(SizeHint::default, |size| SizeHint::with_exact(size - course.given))
    }
}
