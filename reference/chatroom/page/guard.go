package page

import (
	"crypto/subtle"
	"net/http"
	"strings"
)

// policy is what the page may do: it is shown by itself, and asks its own server alone (Content
// Security Policy, level 3).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard lets in who asks this very window, knows its token, and is no page from elsewhere.
func (w *window) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy":      policy,
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "same-origin",
			"X-Content-Type-Options":       "nosniff",
			"Cache-Control":                "no-store",
		} {
			answer.Header().Set(name, value)
		}
		switch {
		case r.Host != w.address: // a name of another's may lead here
			http.Error(answer, "this is the window at "+w.address, http.StatusMisdirectedRequest)
		case !w.knowsToken(r):
			http.Error(answer, "open the address that the program has printed", http.StatusForbidden)
		case changes(r) && r.Header.Get("Origin") != "http://"+w.address:
			http.Error(answer, "only the window itself may do this", http.StatusForbidden)
		default:
			next.ServeHTTP(answer, r)
		}
	})
}

// knowsToken reports whether the first part of a request's path is the window's token.
func (w *window) knowsToken(r *http.Request) bool {
	token, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return subtle.ConstantTimeCompare([]byte(token), []byte(w.token)) == 1
}

// changes reports whether a request can change anything (RFC 9110, section 9.2.1).
func changes(r *http.Request) bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }
