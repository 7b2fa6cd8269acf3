//! What is emitted when there is no expansion: every mistake at once, beside the user's item as it
//! was written, so that the rest of the program still resolves and editors still complete.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Error;

/// The mistakes found so far. One build shows them all.
#[derive(Default)]
pub(crate) struct Mistakes(Option<Error>);

impl Mistakes {
    pub(crate) fn note(&mut self, mistake: Error) {
        match &mut self.0 {
            Some(first) => first.combine(mistake),
            None => self.0 = Some(mistake),
        }
    }

    /// The value of `result`, or none and its mistake noted.
    pub(crate) fn sift<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|mistake| self.note(mistake)).ok()
    }

    /// The finished value, unless something was noted on the way to it.
    pub(crate) fn or<T>(self, finished: Option<T>) -> syn::Result<T> {
        match (self.0, finished) {
            (None, Some(finished)) => Ok(finished),
            (Some(mistakes), _) => Err(mistakes),
            (None, None) => Err(our_mistake()),
        }
    }
}

/// Runs `work`; if it fails, or if this crate has a bug and panics, gives back the item and the
/// reason why.
pub(crate) fn guarded(
    item: &TokenStream,
    work: impl FnOnce() -> syn::Result<TokenStream>,
) -> TokenStream {
    // Nothing that `work` touched is looked at again after it panicked.
    let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(our_mistake()));
    outcome.unwrap_or_else(|mistakes| {
        let errors = mistakes.to_compile_error();
        // In the place of an expression only what comes first is read.
        quote!(#errors #item)
    })
}

fn our_mistake() -> Error {
    Error::new(
        Span::call_site(),
        "statsd-macros has a bug and cannot expand this attribute; please report it with the \
         function below",
    )
}

#[cfg(test)]
mod tests;
