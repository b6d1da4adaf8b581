// A card's buttons. With the job's state others stand there; the focus that was on one of them goes on to what is there now,
// instead of to the page's beginning. A class, because only `getSnapshotBeforeUpdate` still sees what is about to go.

import { Component, createRef } from "react";

export class CardActions extends Component {
  actions = createRef();

  getSnapshotBeforeUpdate() {
    return this.actions.current.contains(document.activeElement);
  }

  componentDidUpdate(_props, _state, hadFocus) {
    const actions = this.actions.current;
    if (!hadFocus || actions.contains(document.activeElement)) return;
    // Whoever was about to cancel and finds it done wants to watch, not to delete.
    const next = actions.querySelector("button:not([data-delete])") ?? actions.closest("li").querySelector("a") ?? actions.querySelector("button");
    next?.focus({ preventScroll: true });
  }

  render() {
    return (
      <div ref={this.actions} className="card-actions">
        {this.props.children}
      </div>
    );
  }
}
