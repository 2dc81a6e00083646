//! The wire as hyper reads and writes it. Nothing here waits: the loop learns what to wait for from the line.

use super::line::{Line, Shared};
use crate::net::octets::Now;
use crate::terms::failure::Cause;
use hyper::rt::{Read, ReadBufCursor, Write};
use rustix::event::PollFlags;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

pub(super) struct Pipe(pub(super) Shared);

/// Keeps the cause, which says more than hyper can carry.
fn failed(line: &mut Line, cause: Cause) -> io::Error {
    line.problem.get_or_insert(cause);
    io::Error::other("the wire failed")
}

impl Read for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut line = self.0.borrow_mut();
        let line = &mut *line;
        match line.wire.read_now(buffer.remaining()) {
            Ok(Now::Done(octets)) => {
                buffer.put_slice(octets);
                line.has_heard |= !octets.is_empty();
                line.moved = Instant::now();
                Poll::Ready(Ok(()))
            }
            Ok(Now::NotYet | Now::Broken) => {
                line.wants |= PollFlags::IN;
                Poll::Pending
            }
            Err(cause) => Poll::Ready(Err(failed(line, cause))),
        }
    }
}

impl Write for Pipe {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(octets)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut line = self.0.borrow_mut();
        let line = &mut *line;
        if line.is_broken {
            return Poll::Pending;
        }
        if !line.may_write() {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        match line.wire.write_now(parts) {
            Ok(Now::Done(count)) => {
                let mut left = count;
                for part in parts {
                    let of_part = left.min(part.len());
                    line.took(&part[..of_part]);
                    left -= of_part;
                }
                Poll::Ready(Ok(count))
            }
            Ok(Now::NotYet) => {
                line.wants |= PollFlags::OUT;
                Poll::Pending
            }
            Ok(Now::Broken) => {
                // Whatever was said before the other side left is still to be heard.
                line.is_broken = true;
                Poll::Pending
            }
            Err(cause) => Poll::Ready(Err(failed(line, cause))),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut line = self.0.borrow_mut();
        let line = &mut *line;
        match line.wire.flush_now() {
            Ok(Now::Done(())) => Poll::Ready(Ok(())),
            Ok(Now::NotYet) => {
                line.wants |= PollFlags::OUT;
                Poll::Pending
            }
            Ok(Now::Broken) => {
                line.is_broken = true;
                Poll::Pending
            }
            Err(cause) => Poll::Ready(Err(failed(line, cause))),
        }
    }

    /// The end of a request is not the end of what we say: a half-closed connection makes some servers drop it.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
