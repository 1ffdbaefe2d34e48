package pages

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"github.com/chatspec/chatspec/grading"
)

// commonCSS is the style of all pages, and diagramCSS that of sequence diagrams.
var (
	//go:embed common.css
	commonCSS string

	//go:embed diagram.css
	diagramCSS string

	//go:embed diagram.html
	diagramHTML string
)

// A look is a page's own style and script, and the policy that lets these be, and nothing else.
type look struct {
	Policy string
	Style  template.CSS
	Script template.JS
}

// lookOf is that of a page with a script, and with styles of its own after the one that all share.
func lookOf(script string, styles ...string) look {
	style := commonCSS + strings.Join(styles, "")
	return look{policy(style, script), template.CSS(style), template.JS(script)}
}

// policy is a content security policy.
func policy(style, script string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; img-src data:; base-uri 'none'; form-action 'none'", hash(style), hash(script))
}

// parse reads the template of a page, and those that it is made of.
func parse(texts ...string) (*template.Template, error) {
	page := template.New("page").Funcs(template.FuncMap{"prose": prose, "points": points, "capital": capital, "visible": grading.Visible, "journal": journal})
	page, err := page.Parse(strings.Join(texts, ""))
	if err != nil {
		return nil, fmt.Errorf("reading the page's template: %w", err)
	}
	return page, nil
}
