//! URLs of servers that are posted to: as much of them as a request over HTTP without TLS needs.

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl {
    /// `host:port`.
    pub address: String,
    /// The host as it stood in the URL, for the header.
    pub host: String,
    /// The path and what follows a question mark.
    pub path: String,
}

/// What is wrong with a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// `https://`.
    #[error("TLS is not in this version: send to an agent or a proxy on this machine")]
    Tls,
    /// Something else than `http://`.
    #[error("it does not begin with http://")]
    Scheme,
    /// No host, a port that is none, a name with a password, or a blank.
    #[error("it is not http://host[:port]/path")]
    Form,
}

impl HttpUrl {
    /// Reads a URL.
    ///
    /// ```
    /// use statsd_server::http_url::HttpUrl;
    ///
    /// let url = HttpUrl::read("http://[::1]/write?db=stats")?;
    /// assert_eq!((&*url.address, &*url.path), ("[::1]:80", "/write?db=stats"));
    /// assert!(HttpUrl::read("https://example.org/").unwrap_err().to_string().starts_with("TLS"));
    /// # Ok::<(), statsd_server::http_url::BadUrl>(())
    /// ```
    ///
    /// # Errors
    /// It is not of the form `http://host[:port]/path`.
    pub fn read(url: &str) -> Result<Self, BadUrl> {
        if url.starts_with("https://") {
            return Err(BadUrl::Tls);
        }
        let rest = url.strip_prefix("http://").ok_or(BadUrl::Scheme)?;
        if rest.contains(|c: char| !c.is_ascii_graphic()) {
            return Err(BadUrl::Form);
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let path = path.split('#').next().unwrap_or_default();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let (name, port) = match host.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((name, port)) if !port.ends_with(']') => {
                (name, port.parse().ok().filter(|&port: &u16| port > 0).ok_or(BadUrl::Form)?)
            }
            _ => (host, 80),
        };
        let is_ip6 = name.starts_with('[') && name.ends_with(']');
        if name.is_empty() || name.contains('@') || (name.contains(':') && !is_ip6) {
            return Err(BadUrl::Form);
        }
        Ok(Self { address: format!("{name}:{port}"), host: host.to_owned(), path })
    }

    /// Adds that times are in seconds, unless the URL says something of them already.
    #[must_use]
    pub fn with_precision(mut self) -> Self {
        let query = self.path.split_once('?').map(|(_, query)| query);
        if query.is_some_and(|query| query.split('&').any(|part| part.starts_with("precision="))) {
            return self;
        }
        self.path.push(if query.is_some() { '&' } else { '?' });
        self.path.push_str("precision=s");
        self
    }
}

#[cfg(test)]
mod tests;
