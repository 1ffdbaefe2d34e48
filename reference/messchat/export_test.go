package messchat

import "time"

// SetPatience sets how long the broker may take for what it is asked, from the next connection on.
func (r *RMQ) SetPatience(patience time.Duration) { r.patience = patience }
