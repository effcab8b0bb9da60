/* SPDX-License-Identifier: MIT */
/*
 * flow: how many went from where to where, as a picture with a table (chart.h): columns of nodes from left to right, and
 * bands between them as thick as what they carry.
 *
 * Columns may count unlike things (rows of a leak, people): each has its own scale, and a band carries a number at each end.
 */
#ifndef MAILER_FLOW_H
#define MAILER_FLOW_H

#include "mailer/chart.h"

#define FLOW_COLUMNS 4
#define FLOW_NODES 64

struct flow_node {
	unsigned column; /* from 0; nodes of a column in the order from top to bottom */
	const char *label;
	int64_t count;	 /* CHART_HIDDEN is drawn thin */
};

struct flow_link {
	size_t from, to;	      /* nodes, by index, of neighbouring columns */
	int64_t count_from, count_to; /* in the unit of each end; a hidden one is no band: leave it out */
};

struct flow {
	const char *const *columns; /* what each column is: "Rows of the leak" */
	size_t columns_count;	    /* up to FLOW_COLUMNS */
	const struct flow_node *nodes;
	size_t nodes_count;	    /* up to FLOW_NODES; those beyond are in the table alone */
	const struct flow_link *links;
	size_t links_count;
};

/* The table has a line for each node: column, what, how many. */
void flow_write(struct text *out, const struct chart *c, const struct flow *flow);

#endif
