package steps

import (
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/cucumber/godog"
)

// A Draw replaces people, rooms and plain words of the features by others, so that nobody writes a program for those.
// Its zero value leaves them as they stand.
//
// All others stay: what carries meaning (marks, alphabets, numbers, lengths), and what the assignments themselves name,
// such as channels. A word is replaced wherever it stands in a step's quotes, so those that were the same are it again;
// those that hold each other, such as ann, annika and joann, are replaced by such; and each by one as long as it is.
type Draw struct{ words map[string]string }

// NewDraw is the draw of a seed: the same for the same seed, always.
func NewDraw(seed uint64) Draw {
	chance := rand.New(rand.NewPCG(seed, 0))
	d := Draw{words: map[string]string{}}
	for _, lot := range lots() {
		order := chance.Perm(len(lot.others))
		for i, family := range lot.families {
			for n, word := range family {
				d.words[word] = lot.others[order[i]][n]
			}
		}
	}
	return d
}

// A lot is what is drawn together: families of words, each of which is replaced by one of the others, word by word.
type lot struct{ families, others [][]string }

// lots are all that can be drawn. No other holds another but of its own family; and none stands in what programs print
// or send besides, such as the names of months or of header fields.
func lots() []lot {
	return []lot{
		{families("ann annika joann"), families("ben benita ruben", "dan danika jodan", "mia mianka jomia", "kat katrin jokat", "ulf ulfine adulf", "uwe uwenka jouwe")},
		{families("bob bobby"), families("jim jimmy", "jon jonny", "bud buddy", "jeb jebby", "zac zacky")},
		{families("eva", "eve", "joe", "kim", "lea"), families("uma", "fay", "amy", "ivy", "zoi", "bea", "joy", "gia")},
		{families("dora", "emil", "otto"), families("ilse", "knut", "axel", "hugo", "nils", "ruth", "lars", "olga", "gerd")},
		{families("bruno", "carla", "frida", "greta"), families("lukas", "pablo", "felix", "silke", "edgar", "basil", "viggo", "oskar", "hanna")},
		{families("apple pineapple"), families("lemon pinelemon", "mango pinemango", "peach pinepeach", "guava pineguava", "olive pineolive", "berry pineberry")},
		{families("pear pears", "plum plums"), families("kiwi kiwis", "leek leeks", "kale kales", "okra okras", "yuzu yuzus")},
		{families("fig"), families("soy", "rye", "cob")},
		{families("nougat"), families("toffee", "cashew", "radish", "quince", "carrot", "muffin")},
		{families("praline"), families("custard", "parsnip", "saffron", "gherkin", "biscuit")},
		{families("marzipan"), families("cinnamon", "macaroon", "hazelnut", "broccoli", "turmeric")},
		{families("hello"), families("salut", "aloha", "howdy", "hallo")},
		{families("kitchen"), families("library", "balcony", "parlour", "laundry", "hallway")},
		{families("garden", "cellar"), families("studio", "closet", "garage", "saloon", "arcade")},
		{families("attic"), families("foyer", "lobby", "porch", "patio")},
	}
}

// families are lists of words, each in a line.
func families(lines ...string) [][]string {
	var all [][]string
	for _, line := range lines {
		all = append(all, strings.Fields(line))
	}
	return all
}

// words are such as can be drawn: of small letters.
var words = regexp.MustCompile(`[a-z]+`)

// Word is what stands in the place of a word of the features.
func (d Draw) Word(word string) string { return d.replace(word) }

// play puts what was drawn into the steps of a scenario, before any of them is looked at.
func (d Draw) play(sc *godog.Scenario) {
	if len(d.words) == 0 {
		return
	}
	for _, step := range sc.Steps {
		step.Text = d.sentence(step.Text)
		if step.Argument == nil || step.Argument.DataTable == nil {
			continue
		}
		for _, row := range step.Argument.DataTable.Rows {
			for _, cell := range row.Cells {
				cell.Value = d.replace(cell.Value)
			}
		}
	}
}

// sentence replaces words from the first quote of a step to its last: its own words hold none of those that are drawn.
func (d Draw) sentence(text string) string {
	from, to := strings.Index(text, `"`), strings.LastIndex(text, `"`)
	if from < 0 {
		return text
	}
	return text[:from] + d.replace(text[from:to]) + text[to:]
}

// replace replaces whole words.
func (d Draw) replace(text string) string {
	var w strings.Builder
	end := 0
	for _, at := range words.FindAllStringIndex(text, -1) {
		other, ok := d.words[text[at[0]:at[1]]]
		if !ok || joins(text[:at[0]], text[at[1]:]) {
			continue
		}
		w.WriteString(text[end:at[0]] + other)
		end = at[1]
	}
	return w.String() + text[end:]
}

// joins reports whether a word goes on before or after: with a capital, a number, or the letter of another alphabet.
func joins(before, after string) bool {
	return bordering.MatchString(before) || goingOn.MatchString(after)
}

var (
	bordering = regexp.MustCompile(`[\pL\pM\pN]$`)
	goingOn   = regexp.MustCompile(`^[\pL\pM\pN]`)
)
